"""Failures in groups, by host and reason where tasks have hosts, and "try again" for any of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from engine.model import ENDED, Run
from engine.store import Store
from engine.text import counted
from pages.parts.run.containment import containment
from pages.parts.run.pictures import is_imported
from pages.parts.run.retrying import HOPELESS, may_succeed
from pages.parts.shared import launching
from pages.parts.shared.clicks import acting_button
from pages.parts.shared.server import store
from pages.parts.shared.words import in_words

SHOWN = 1_000
"""Failed tasks that are listed one by one, and groups of them; the export has them all."""
READ = 100_000
"""Tasks that are looked at in one query."""
NO_HOST = "–"
BY_HOST, BY_REASON = "Host and reason", "Reason"
FailureRow = tuple[int, str, str | None, str | None]
"""Of a failed task: its index, label, reason and the sentence that says what happened."""


@dataclass(slots=True)
class Group:
    """Failed tasks of one host (None where tasks have none, or hosts are not told apart) with one reason."""

    host: str | None
    reason: str | None
    example: str
    tasks: array[int] = field(default_factory=lambda: array("I"))


def grouped(rows: Iterable[FailureRow], by_host: bool = True) -> list[Group]:
    """The failed tasks in groups, the largest first. Hosts count where any task's label is an address."""
    found: dict[tuple[str | None, str | None], Group] = {}
    for task, label, reason, error in rows:
        host = host_of(label) if by_host else None
        group = found.setdefault((host, reason), Group(host, reason, error or ""))
        group.tasks.append(task)
    return sorted(found.values(), key=lambda group: (-len(group.tasks), group.host or "", group.reason or ""))


def host_of(label: str) -> str | None:
    """The host of a task whose label is an address (a demo shop's name stands for it); None for any other label."""
    if "://" not in label:
        return None
    try:
        parts = urlsplit(label)
        return parts.hostname or parts.path.strip("/").split("/")[0] or None
    except ValueError:  # an address that nobody can fetch: its record says so
        return None


def failures(run: Run) -> None:
    """A line for each group with its count and an example, "try again" for those selected, then every failed task."""
    groups = _groups(store(), run, True, (run.ended_at, run.done, run.failed))
    if not groups:
        st.caption("Nothing has failed.")
        return
    containment(run, {group.reason or "" for group in groups})
    reasons = len({group.reason for group in groups})
    if 1 < reasons < len(groups) and _look() == BY_REASON:
        groups = _groups(store(), run, False, (run.ended_at, run.done, run.failed))
    if run.state in ENDED and run.kind == "job" and not is_imported(run):
        _retry(run, groups)
    else:
        _table(groups, "failed_groups", choose=False)
    with st.expander("Every failed task", key="every_failure", on_change="rerun") as opened:
        if opened.open:
            _each(run)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs={Store: lambda _: 0, Run: lambda run: run.token})
def _groups(store: Store, run: Run, by_host: bool, state: tuple[object, ...]) -> list[Group]:
    return grouped(_rows(store, run), by_host)


def _rows(store: Store, run: Run) -> Iterator[FailureRow]:
    """The failed tasks, read some at a time: there may be a million."""
    names = ("task", "label", "reason", "error")
    if run.tasks <= READ or is_imported(run):  # a file may say what it likes of its tasks
        yield from store.records.latest_columns(run, *names, status="failed")
        return
    for first in range(0, run.tasks, READ):
        yield from store.records.latest_columns(run, *names, status="failed", tasks=range(first, first + READ))


def _look() -> str | None:
    looks = [BY_HOST, BY_REASON]
    return st.segmented_control("Group by", looks, default=BY_HOST, required=True, key="group_failures", wrap=True)


def _retry(run: Run, groups: list[Group]) -> None:
    """The table above its button: the button is reached next by keyboard, and acts on what is selected."""
    key = f"failed_groups:{run.token}:{run.ended_at}:{run.failed}:{_have_hosts(groups)}"
    chosen = _table(groups, key, choose=len(groups) > 1)
    tasks = [task for group in chosen for task in group.tasks]
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Try these again ({len(tasks):,})" if chosen else "Try all again"
        act = partial(_try_again, groups, key)
        hopeful = may_succeed(group.reason for group in chosen or groups)
        kind: Literal["primary", "secondary"] = "primary" if hopeful else "secondary"
        acting_button(label, act, run, "retry", icon=":material/refresh:", type=kind)
        if len(groups) > 1:
            told = f"{len(chosen)} of {counted(len(groups), 'group')} selected." if chosen else (
                f"All {len(groups):,} groups. Select rows (Shift+Space by keyboard) to try only those again."
            )  # fmt: skip
            st.caption(told)
    if not hopeful:
        st.caption(f":material/info: {HOPELESS}")


def _try_again(groups: Sequence[Group], key: str, run: Run) -> None:
    """Start the tasks of the groups that are selected now: the last tick may have come with the click."""
    tasks = [task for group in _selected(groups, st.session_state.get(key)) for task in group.tasks]
    if run.state in ENDED:  # a second click: the first one has started it
        launching.retry(run, tasks or None)


def _have_hosts(groups: Sequence[Group]) -> bool:
    return any(group.host for group in groups)


def _selected(groups: Sequence[Group], event: Any) -> list[Group]:
    return [groups[row] for row in event["selection"]["rows"] if row < len(groups)] if event else []


def _table(groups: Sequence[Group], key: str, choose: bool) -> list[Group]:
    """Draw the groups and give those that are selected.

    Other groups need another key: a selection must never mean other rows.
    """
    rows = [
        (group.host or NO_HOST, in_words(group.reason), len(group.tasks), group.example) for group in groups[:SHOWN]
    ]
    table = pd.DataFrame(rows, columns=["Host", "Reason", "Tasks", "For example"])
    hosts = _have_hosts(groups)
    event: Any = st.dataframe(
        table if hosts else table.drop(columns="Host"),
        hide_index=True,
        height=min(420, 38 + 35 * len(rows)),
        on_select="rerun" if choose else "ignore",
        selection_mode="multi-row",
        column_config={
            # Host and reason are as wide as their longest text, so a narrow screen shows the count beside them.
            "Tasks": st.column_config.NumberColumn(width=60),
            "For example": st.column_config.TextColumn(width=520),
        },
        alt=f"Failed tasks by {'host and reason' if hosts else 'reason'}",
        key=key,
    )
    if len(groups) > SHOWN:
        st.caption(f"The largest {SHOWN:,} of {len(groups):,} groups.")
    return _selected(groups, event) if choose else []


def _each(run: Run) -> None:
    records = store().records.latest(run, status="failed", limit=SHOWN)
    rows = [(record.label, in_words(record.reason), record.error, record.attempts) for record in records]
    st.dataframe(
        pd.DataFrame(rows, columns=["Task", "Reason", "What happened", "Tries"]),
        hide_index=True,
        placeholder="",
        alt="Every failed task with its reason",
        key="each_failure",
    )
    if run.failed > SHOWN:
        st.caption(f"The first {SHOWN:,} of {counted(run.failed, 'failed task')}; the CSV has them all.")
