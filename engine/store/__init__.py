"""Runs, in the database and on disk: `Store` is the way in, `RunFolder` a run's files, `Writer` saves records."""

from engine.store.folders import RunFolder
from engine.store.store import Store
from engine.store.writing import Writer

__all__ = ["RunFolder", "Store", "Writer"]
