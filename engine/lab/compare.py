"""Saved results side by side, by system and Python: a class of laptops, say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import InputRefused
from engine.lab import EXPERIMENTS
from engine.lab.model import result_from

Key = tuple[str, str, str, float | None]


def check_document(document: Any, name: str = "The file") -> dict[str, Any]:
    """The document, if it is one of a lab's. Raises InputRefused with what to load instead."""
    try:
        known = EXPERIMENTS[document["lab"]]
        for part in document["experiments"]:
            result_from(part)
            if part["name"] not in known or not isinstance(part["sentence"], str):
                raise KeyError(part["name"])
        if not isinstance(document["environment"], Mapping):
            raise TypeError("environment")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputRefused(
            f"{name} holds no result of this lab ({type(error).__name__}: {str(error)[:80]}): "
            "load what `overlap machine --json` or `overlap sharing --json` printed."
        ) from None
    return dict(document)


def label_of(document: Mapping[str, Any]) -> str:
    """Where a document was measured: host, system, Python."""
    where = document["environment"]
    gil = "" if where.get("gil", True) else ", no GIL"
    return f"{where.get('host', 'unknown')} · {where.get('system', 'unknown')} · Python {where.get('python', '?')}{gil}"


def labels(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """A distinct label for each document, numbered where two were measured in the same place."""
    plain = [label_of(document) for document in documents]
    return [
        label if plain.count(label) == 1 else f"{label} ({plain[: number + 1].count(label)})"
        for number, label in enumerate(plain)
    ]


def compare_documents(documents: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each figure: experiment, series, quantity, x, unit, and `points`, one (or None) for each label."""
    columns = labels(documents)
    rows: dict[Key, dict[str, Any]] = {}
    for column, document in zip(columns, documents, strict=True):
        for part in document["experiments"]:
            for point in part["points"]:
                key = (part["name"], point["series"], point["quantity"], point["x"])
                row = rows.setdefault(key, _empty(part, point, columns))
                row["points"][column] = {name: point[name] for name in ("median", "low", "high", "repeats")}
    return list(rows.values())


def _empty(part: Mapping[str, Any], point: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    shared = {name: point[name] for name in ("series", "quantity", "x", "unit")}
    return {"experiment": part["name"], **shared, "points": dict.fromkeys(columns)}


def overlap_share(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """The share of two documents' common figures whose intervals overlap: how well a measurement repeats."""
    pairs = [row["points"].values() for row in compare_documents([one, other]) if None not in row["points"].values()]
    meeting = [first["low"] <= second["high"] and second["low"] <= first["high"] for first, second in pairs]
    return sum(meeting) / len(meeting) if meeting else 1.0
