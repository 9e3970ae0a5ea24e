"""What a lab's page knows: the newest figures of each experiment, and the measurements that are under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from engine.lab import Lab
from engine.lab.together.latest import latest
from engine.model import ENDED, Run
from pages.parts.run.pictures import is_imported
from pages.parts.shared.server import store

LOOK_BACK = 60
"""Runs of a lab that are searched for the newest figures of each experiment."""


def runs_of(which: Lab) -> list[Run]:
    """The newest runs of a lab."""
    return store().runs(limit=LOOK_BACK, kind="experiment", workload=which)


def under_way(runs: Sequence[Run]) -> list[Run]:
    """Those that have not ended, the oldest first: that is the order in which they take their turns."""
    return [run for run in reversed(runs) if run.state not in ENDED]


def figures_of(which: Lab, runs: Sequence[Run]) -> dict[str, Any] | None:
    """The newest figures of each experiment, as one document; None before the first measurement.

    What was imported was measured elsewhere, or nowhere: a lab's page speaks of this machine.
    """
    return latest(which, [run.verdict for run in runs if not is_imported(run)])


def parts_of(document: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """A document's experiments by name."""
    return {part["name"]: part for part in document["experiments"]} if document else {}


def expected_key(name: str) -> str:
    """The session's key of what the reader expects of an experiment."""
    return f"expect:{name}"


def revealed_key(name: str) -> str:
    """The session's key of a result that is shown without a guess."""
    return f"reveal:{name}"


def is_open(name: str) -> bool:
    """Whether the reader has said what they expect, or wants to see the result without that."""
    state = st.session_state
    return bool(state.get(expected_key(name)) or state.get(revealed_key(name)) or state.get(ALL_OPEN))


ALL_OPEN = "lab:open"
LARGE = "lab:large"
