"""A lost update of this machine, recorded and gone through move by move."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from html import escape

import streamlit as st

from engine.lab.shown.recorded_race import Move
from engine.machine import child
from engine.report.standings import style

MOVES, STEP = "lab:moves", "lab:step"
PATIENCE_S = 15.0
NAMES = ("Thread A", "Thread B")


def recorded_update() -> None:
    """A button that records one, then its moves, one more at each click."""
    with st.container(border=True, key="recorded"):
        st.markdown("**A lost update, move by move**")
        moves: list[Move] | None = st.session_state.get(MOVES)
        if moves:
            _steps(moves)
        else:
            if moves is not None:
                st.caption("No update was lost within some seconds: try again.")
            st.caption("Two threads count together without a lock until an update is lost; you see what each did.")
        label = "Record another" if moves else "Record one here"
        st.button(label, icon=":material/radio_button_checked:", key="record", on_click=_record)


def _record() -> None:
    st.session_state[MOVES], st.session_state[STEP] = record(), 1


def record() -> list[Move]:
    """The moves of a lost update, recorded in a process of its own; empty where none was lost in time."""
    try:
        process = child.start(["-m", "engine.lab.shown.recorded_race"])
    except OSError:  # no room for another process: there is a next click
        return []
    try:
        told, _ = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return []
    finally:
        child.end(process)
    return [Move(*move) for move in json.loads(told or b"[]")]


def _steps(moves: Sequence[Move]) -> None:
    step = min(max(1, int(st.session_state.get(STEP, 1))), len(moves))
    st.html(style() + drawn(moves, step))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", icon=":material/arrow_back:", key="move_back", disabled=step <= 1, on_click=_go, args=(-1,))
        st.button(
            "Next move", icon=":material/arrow_forward:", key="move_next", disabled=step >= len(moves), on_click=_go,
            args=(1,), type="primary" if step < len(moves) else "secondary",
        )  # fmt: skip
        st.caption(f"Move {step} of {len(moves)}")
    st.markdown(said(moves, step))


def _go(by: int) -> None:
    st.session_state[STEP] = int(st.session_state.get(STEP, 1)) + by


def said(moves: Sequence[Move], step: int) -> str:
    """What the move at this step, counted from 1, means."""
    move = moves[step - 1]
    name = NAMES[move.thread]
    if move.did == "read":
        return f"{name} reads {move.value} and is about to write {move.value + 1}."
    if step < len(moves):
        return f"{name} writes {move.value}: the counter is at {move.value}."
    other = NAMES[1 - move.thread]
    lost = sum(one.did == "wrote" for one in moves[:-1])
    gone = f"{other}’s update is" if lost == 1 else f"{lost} updates of {other} are"
    return (
        f"**{name} writes {move.value}, from what it had read before, over the {moves[-2].value} of {other}: {gone} "
        "lost.** With a lock, the other thread would have waited from the read to the write."
    )


def drawn(moves: Sequence[Move], step: int) -> str:
    """The moves up to this step as rows: thread A, the counter, thread B."""
    rows = []
    for number, move in enumerate(moves[:step], 1):
        text = f"{'reads' if move.did == 'read' else 'writes'} {move.value}"
        cells = [text if move.thread == thread else "" for thread in (0, 1)]
        counter = str(move.value) if move.did == "wrote" else ""
        mark = " ov-lost" if number == len(moves) else " ov-now" if number == step else ""
        left, right = map(escape, cells)
        rows.append(f'<div class="ov-move{mark}"><span>{left}</span><b>{counter}</b><span>{right}</span></div>')
    head = '<div class="ov-move ov-aside"><span>Thread A</span><b>counter</b><span>Thread B</span></div>'
    return f'<div class="ov ov-moves">{head}{"".join(rows)}</div>'
