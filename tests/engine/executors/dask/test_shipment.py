"""What a worker does first when it is given a seat."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from engine.executors.dask.shipment import boot


class NoEngine(Exception):
    """The scheduler does not give the engine."""


def test_a_thread_is_told_as_taken_before_the_engine_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetching and unpacking takes seconds on a busy machine, which the patience for a free thread is not about."""
    told: list[tuple[str, list[Any]]] = []

    def get(timeout: float) -> bytes:
        told.append(("engine", []))
        raise NoEngine

    stub = ModuleType("distributed")
    stub.Queue = lambda name: SimpleNamespace(put=lambda item: told.append((name, item)))  # type: ignore[attr-defined]
    stub.Variable = lambda name: SimpleNamespace(get=get)  # type: ignore[attr-defined]
    stub.get_worker = lambda: SimpleNamespace(local_directory=str(tmp_path))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", stub)
    with pytest.raises(NoEngine):
        boot("digest", "variable", 3, {"token": "trial"})
    assert told == [("trial-results", ["taken", "", 3]), ("engine", [])]
