"""Sessions whose browser has gone: closed once they can no longer be taken up again, so that what they hold goes.

Streamlit keeps a session for a while after its browser has left (`server.disconnectedSessionTTL`), and then lets go of
it when the next one comes or goes, and the garbage collector has found it. On a server that nobody else uses its
uploads and its memory would stay for good.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import streamlit as st
from streamlit import runtime

from engine.config import load
from engine.errors import OverlapError
from engine.runs.logs import set_up
from pages.parts.shared.collector import freeze_modules
from pages.serving.keeping import keep_tidy
from pages.serving.metrics import serve_metrics

LOOK_S = 2.0
_SHARE = 0.9
"""Of the time for which Streamlit keeps a session: afterwards it cannot be closed any more, only collected."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Import what pages need before anybody has a session; then look for such sessions as long as the app is served."""
    freeze_modules()
    with suppress(OverlapError):  # a setting that cannot be used is told by every page
        set_up(load().log)
    tasks = [asyncio.create_task(_look(Forgetting(time.monotonic))), asyncio.create_task(keep_tidy())]
    close_metrics = serve_metrics()
    try:
        yield
    finally:
        close_metrics()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _look(forgetting: Forgetting) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        if runtime.exists() and forgetting.close(runtime.get_instance()):
            give_back()


class Forgetting:
    """Since when each session has had no browser, by the clock given; None while it has one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left_s: dict[str, float | None] = {}

    def close(self, served: Any) -> int:
        """Close the sessions whose time is over; gives how many. `served` is Streamlit's runtime."""
        now_s, keep_s = self._clock(), _SHARE * float(st.get_option("server.disconnectedSessionTTL"))
        sessions = [info.session.id for info in served._session_mgr.list_sessions()]  # no public way to list them
        lapsed = self._left_s.keys() - sessions
        self._left_s = {one: self._since(one, served.is_active_session(one), now_s) for one in sessions}
        over = [one for one, since_s in self._left_s.items() if since_s is not None and now_s - since_s >= keep_s]
        for session in over:
            served.close_session(session)
        for session in lapsed:  # Streamlit was faster: to be collected, but its uploads need not wait for that
            served.uploaded_file_mgr.remove_session_files(session)
        return len(over) + len(lapsed)

    def _since(self, session: str, is_active: bool, now_s: float) -> float | None:
        return None if is_active else self._left_s.get(session) or now_s


def give_back() -> None:
    """Collect what closed sessions leave, and on Linux have the freed memory go back to the system (malloc_trim(3))."""
    gc.collect()
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError):  # another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)
