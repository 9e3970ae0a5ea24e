"""Runs, in the database and on disk: `Store` is the way in, `RunFolder` a run's files."""

from engine.store.folders import RunFolder
from engine.store.store import Store

__all__ = ["RunFolder", "Store"]
