"""The work that the lab's workers do; plain functions that every executor can name.

Standard library only at the top: an import in a worker is memory and start-up, which are measured elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

_BUFFER = bytes(1 << 18)  # hashlib gives the GIL back for more than 2047 bytes


def ready(slot: int) -> None:
    """What a worker does first: nothing."""


def nothing(items: list[int]) -> list[int]:
    """A chunk of tasks that do nothing: their cost is that of handing them over and back."""
    return items


def spin(amount: int) -> int:
    """Pure Python: `amount` additions."""
    total = 0
    for number in range(amount):
        total += number & 3
    return total


def digest(amount: int) -> int:
    """SHA-256 over `amount` buffers of 256 KiB, in C, without the GIL."""
    for _ in range(amount):
        hashlib.sha256(_BUFFER).digest()
    return amount


def shrink(amount: int) -> int:
    """Resize a picture of 600 × 600 to 200 × 200 `amount` times with Pillow, in C, without the GIL."""
    picture = _picture()
    for _ in range(amount):
        picture.resize((200, 200), 1)  # 1 is LANCZOS
    return amount


def rest(milliseconds: int) -> int:
    """Wait, as for a network."""
    time.sleep(milliseconds / 1000)
    return milliseconds


async def rest_async(milliseconds: int) -> int:
    """`rest` as a coroutine."""
    await asyncio.sleep(milliseconds / 1000)
    return milliseconds


@cache
def _picture() -> Any:
    from PIL import Image

    return Image.effect_noise((600, 600), 64).convert("RGB")


ASYNC: dict[Callable[..., Any], Callable[..., Coroutine[Any, Any, Any]]] = {rest: rest_async}
"""The chores that have a form for asyncio; any other blocks the event loop."""
