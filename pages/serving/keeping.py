"""Retention while the app is served: once an hour, when nothing runs, what is too old or too much goes.

In a thread of its own; whatever goes wrong waits for the next hour, and stands in the log.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from engine.config import load
from engine.errors import OverlapError
from engine.runs.room import tidy
from engine.store import Store

EVERY_S = 3600.0
FIRST_S = 60.0
log = logging.getLogger("overlap.keeping")


async def keep_tidy() -> None:
    """Tidy up as long as the app is served."""
    await asyncio.sleep(FIRST_S)
    while True:
        try:
            await asyncio.to_thread(tidy_once)
        except (OverlapError, SQLAlchemyError, OSError) as error:
            log.warning("Old runs could not be removed: %s", error)
        await asyncio.sleep(EVERY_S)


def tidy_once() -> int:
    """Remove what the settings do not keep, unless a run is under way; gives how many runs went."""
    settings = load()
    store = Store.open(settings)
    try:
        if store.active():
            return 0
        removed = tidy(store, settings.keep_days, settings.keep_gb)
    finally:
        store.close()
    for run in removed.runs:
        log.info("Run %d of %s was removed: it is older, or all take more, than is kept", run.id, run.created_at)
    for problem in removed.problems:
        log.warning("%s", problem)
    return len(removed.runs)
