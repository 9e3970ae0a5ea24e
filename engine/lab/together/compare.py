"""Saved results side by side, by system and Python: a class of laptops, say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from engine.errors import InputRefused
from engine.lab import EXPERIMENTS
from engine.protocol.checks import (
    Shape,
    a_list,
    by_name,
    fits,
    list_of,
    moment,
    must,
    number,
    one_of,
    or_none,
    text,
    truth,
    whole,
)

Key = tuple[str, str, str, float | None]


_POINT: Shape = {
    "series": text, "quantity": text, "unit": text, "x": or_none(number), "repeats": whole, "values": list_of(number),
    **dict.fromkeys(("median", "low", "high", "coverage"), number),
}  # fmt: skip
_PART: Shape = {
    "name": text, "title": text, "sentence": text, "answer?": or_none(text), "points": list_of(fits(_POINT)),
    "missing": by_name(text), "started_at": moment, "seconds": number, "rounds": whole, "busy": number,
    "warning": or_none(text), "problem": or_none(text), "x_name?": text, "log_x?": truth,
}  # fmt: skip
_ENVIRONMENT: Shape = {
    **dict.fromkeys(("host?", "system?", "python?", "power?"), or_none(text)), "cpus_usable?": or_none(whole),
    "gil?": or_none(truth), "core_types?": or_none(by_name(whole)),
}  # fmt: skip
_DOCUMENT: Shape = {
    "lab": one_of(*EXPERIMENTS), "environment": fits(_ENVIRONMENT), "experiments": a_list, "mode?": text,
}  # fmt: skip
"""A view may rely on what stands here, and on nothing else."""


def check_document(document: Any, name: str = "The file") -> dict[str, Any]:
    """The document, if it is one of a lab's. Raises InputRefused with its first fault and what to load instead."""

    def refuse(fault: str) -> NoReturn:
        raise InputRefused(
            f"{name} holds no result of this lab ({fault}): "
            "load what `overlap machine --json` or `overlap sharing --json` printed."
        )

    must(document, _DOCUMENT, "the document", refuse)
    for part in document["experiments"]:
        must(part, _PART, "an experiment", refuse)
        if part["name"] not in EXPERIMENTS[document["lab"]]:
            refuse(f"it knows no experiment {part['name'][:40]!r}")
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
