"""Small JSON files that processes share: replaced as a whole, and cleared when they are old."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.machine.private import write_text


def key(text: str) -> str:
    """A short file name for a host or an address."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when there is none or it is damaged (a crash cut it short)."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Replace a file as a whole, so that no reader sees half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.draft")
    write_text(draft, json.dumps(values))
    os.replace(draft, path)


def forget(folder: Path, pattern: str, age_s: float) -> None:
    """Remove the files of this folder that were not written for so long."""
    for path in folder.glob(pattern):
        # Another process may be clearing up too.
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > age_s:
                path.unlink()

