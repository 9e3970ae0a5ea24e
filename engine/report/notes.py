"""What is remarkable about the results of a resize: a first frame, a lost gain map, a quality that was not reached."""

from __future__ import annotations

import json
from collections import Counter

from engine.model import Run
from engine.store import Store

_USUAL = "quality "
"""Which quality an aim has led to is told by each picture alone: there are as many answers as pictures."""


def notes_of(store: Store, run: Run) -> Counter[str]:
    """Each note on the run's results, with the number of pictures that have it."""
    notes: Counter[str] = Counter()
    for status, text in store.records.stream_latest(run, "status", "output"):
        output = json.loads(text) if status == "ok" and text and '"note"' in text else None
        if isinstance(output, dict):
            also = output.get("also")
            files = [one for one in (output, *(also if isinstance(also, list) else ())) if isinstance(one, dict)]
            told = [one["note"] for one in files if isinstance(one.get("note"), str)]
            notes.update({part for note in told for part in note.split("; ") if not part.startswith(_USUAL)})
    return notes
