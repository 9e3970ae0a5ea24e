"""What a card of the labs says of where its figures were measured, also of a file that says next to nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pages.parts.lab import card

AT = "2026-01-02T03:04:05+00:00"


@pytest.fixture(autouse=True)
def _in_london(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card.st, "context", SimpleNamespace(timezone="Europe/London"))  # type: ignore[attr-defined]


def said(environment: dict[str, Any], **values: Any) -> str:
    return card._where({"started_at": AT, "rounds": 2, "seconds": 61, "environment": environment, **values})


def test_a_card_says_when_where_and_how_it_was_measured() -> None:
    environment = {"host": "big", "system": "Linux 6", "python": "3.13.1", "cpus_usable": 8, "gil": False}
    assert said(environment, mode="careful") == (
        "Measured 02 January 2026, 03:04 on big: 8 usable CPUs, Linux 6, Python 3.13.1 without GIL; careful, "
        "2 fresh interpreters, 1 min 1 s."
    )


def test_kinds_of_cores_and_a_battery_are_told() -> None:
    told = said({"core_types": {"performance": 4, "efficiency": 8}, "power": "battery"}, mode="quick")
    assert "usable CPUs (4 performance, 8 efficiency)" in told and "GIL, on battery; quick" in told
    assert "(" not in said({"core_types": {"capacity 1024": 4}}), "one kind is no news"


@pytest.mark.parametrize("environment", [{}, dict.fromkeys(("host", "system", "python", "cpus_usable", "power"))])
def test_a_file_that_does_not_say_where_it_was_measured_is_told_as_such(environment: dict[str, Any]) -> None:
    assert said(environment) == (
        "Measured 02 January 2026, 03:04 on ?: ? usable CPUs, ?, Python ? with GIL; 2 fresh interpreters, 1 min 1 s."
    )
