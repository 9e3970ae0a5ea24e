"""The newest figures of each experiment, from the documents of many runs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.lab import EXPERIMENTS
from engine.lab.model import Lab


def latest(which: Lab, documents: Iterable[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """One document with the newest part of each experiment, in the lab's order; None without any.

    Each part then says where and how it was measured (`environment`, `mode`); the document's own
    environment is the newest part's. A part without a point does not replace an older one that has some.
    """
    found: dict[str, dict[str, Any]] = {}
    for document in documents:
        for part in document["experiments"] if document else ():
            assert document is not None
            whole = {**part, "environment": document["environment"], "mode": document.get("mode")}
            if part["name"] in EXPERIMENTS[which] and _replaces(found.get(part["name"]), whole):
                found[part["name"]] = whole
    if not found:
        return None
    newest = max(found.values(), key=lambda part: str(part["started_at"]))
    return {
        "lab": which,
        "version": 1,
        "mode": newest["mode"],
        "state": "finished",
        "environment": newest["environment"],
        "experiments": [found[name] for name in EXPERIMENTS[which] if name in found],
    }


def _replaces(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> bool:
    if old is None:
        return True
    if bool(old["points"]) != bool(new["points"]):
        return bool(new["points"])
    return str(new["started_at"]) >= str(old["started_at"])
