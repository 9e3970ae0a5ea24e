"""What of the history is asked for: words, what, state and order in one line, the rest behind a button.

Each is also in the page's address, so that a list can be kept as a bookmark or sent to others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from engine.executors import EXECUTORS
from engine.store.listing import Sort, Wanted
from engine.workloads import WORKLOADS
from pages.parts.run.headline import TITLES
from pages.parts.shared.server import store
from pages.parts.shared.words import STATES

KINDS = {"job": "Jobs", "comparison": "Comparisons", "experiment": "Experiments"}
SORTS: dict[Sort, str] = {
    "newest": "Newest first", "oldest": "Oldest first", "longest": "Longest first", "tasks": "Most tasks first",
    "failed": "Most failed first",
}  # fmt: skip
STATE_NAMES = {state: told for state, (told, *_) in STATES.items()}


def wanted() -> tuple[Wanted, Sort]:
    """Draw the filters; gives what they ask for, and in which order."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Title", key="text", placeholder="Part of a title, label or note", icon=":material/search:", width=250,
            bind="query-params",
        )  # fmt: skip
        workload = _one("What", "workload", {name: _title(name) for name in WORKLOADS}, 170)
        state = _one("State", "state", STATE_NAMES, 140)
        sort = st.selectbox(
            "Order", list(SORTS), format_func=lambda name: SORTS[name], key="sort", width=165, bind="query-params"
        )
        more = st.popover("More filters", icon=":material/tune:", key="more_filters", on_change="rerun")
        with more:
            rest = _more(opened=bool(more.open))
    found = Wanted(workload=workload, state=state, text=text or None, **rest)  # type: ignore[arg-type]
    return found, sort or "newest"


def is_filtered(asked: Wanted) -> bool:
    """Whether anything is asked for but what its reader may see."""
    return asked != Wanted()


def _more(opened: bool) -> dict[str, Any]:
    """The filters behind the button. Which labels and machines there are is asked for when they can be seen."""
    kind = _one("Kind", "kind", KINDS)
    executor = _one("Executor", "executor", {name: name.capitalize() for name in EXECUTORS})
    label = _one("Label", "label", _facets("label", opened))
    machine = _one("Machine", "machine", _facets("machine", opened))
    first, last = (_day(label, key) for label, key in (("Started from", "since"), ("Started until", "until")))
    pinned = st.toggle("Pinned only", key="pinned", bind="query-params")
    return {
        "kind": kind, "executor": executor, "label": label, "machine": machine, "pinned": pinned or None,
        "since": midnight(first, st.context.timezone),
        "until": midnight(last and last + timedelta(days=1), st.context.timezone),
    }  # fmt: skip


def _facets(column: Any, opened: bool) -> dict[str, str]:
    chosen = st.session_state.get(column) or st.query_params.get(column)
    names: Sequence[str] = store().distinct(column) if opened or chosen else ()
    return {name: name for name in dict.fromkeys([*names, *([str(chosen)] if chosen else [])])}


def _one(label: str, key: str, names: Mapping[str, str], width: int | None = None) -> str | None:
    return st.selectbox(
        label, list(names), index=None, format_func=lambda name: names.get(name, name), key=key, placeholder="All",
        width=width or "stretch", bind="query-params",
    )  # fmt: skip


def _day(label: str, key: str) -> date | None:
    found: Any = st.date_input(label, None, key=key, format="YYYY-MM-DD", bind="query-params")
    return found if isinstance(found, date) else None


def midnight(day: date | None, timezone: str | None) -> str | None:
    """When a day of the reader's begins, in UTC as runs have their times; None for none."""
    if day is None:
        return None
    try:
        zone: Any = ZoneInfo(timezone) if timezone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    return datetime.combine(day, time(), zone).astimezone(UTC).isoformat(timespec="milliseconds")


def _title(workload: str) -> str:
    return TITLES[workload][0] if workload in TITLES else workload.capitalize()
