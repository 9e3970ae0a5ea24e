"""One experiment: a sketch of its question, then, after a guess, the chart of what was measured and what that says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from engine.lab.model import Experiment
from engine.lab.shown.codes import code_of, ways_of
from pages.parts.lab.recorded import recorded_update
from pages.parts.lab.state import expected_key, is_open, revealed_key
from pages.parts.shared.server import is_dark
from pages.parts.shared.words import duration, literal, moment

PICTURES = Path(__file__).parents[2] / "pictures" / "lab"


def card(one: Experiment, part: Mapping[str, Any] | None, busy: bool, large: bool) -> bool:
    """Draw one experiment; gives whether its button was pressed."""
    with st.container(border=True, key=f"card_{one.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(one.title, anchor=one.name, width="stretch")
            pressed = st.button(
                "Measure again" if part else "Measure",
                icon=":material/play_arrow:",
                disabled=busy,
                key=f"measure_{one.name}",
                help="Some seconds; it waits for running jobs, and jobs wait for it.",
            )
        asked(one, part, large, "Not measured yet.")
        move_by_move(one)
        if not large:
            _code(one)
            _details(one, part if is_open(one.name) else None)
    return pressed


def asked(one: Experiment, part: Mapping[str, Any] | None, large: bool, missing: str) -> None:
    """The question with its answers to guess from; what was measured is above it once there is a guess.

    `missing` is said where nothing has been measured.
    """
    if part is not None and is_open(one.name):
        _result(one, part, large)
    else:
        st.image(PICTURES / f"{one.name}.svg", width="stretch", alt=f"A sketch of the question: {one.question}")
    st.radio(
        f"**What do you expect?** {literal(one.question)}",
        [literal(answer) for answer in one.answers],
        index=None,
        key=expected_key(one.name),
        persist_state="session",
    )
    st.caption(f"The article says: {literal(one.claim)}")
    if part is None:
        st.caption(missing)
    elif not is_open(one.name):
        _closed(one, part)


def move_by_move(one: Experiment) -> None:
    """A lost update recorded here, under the experiment that counts them: before the guess it would answer that."""
    if one.name == "lost_updates" and is_open(one.name):
        recorded_update()


def _closed(one: Experiment, part: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"There is a result of {_when(part)}. Say what you expect to see it.")
        st.button(
            "Show it without a guess", type="tertiary", key=f"show_{one.name}", on_click=_reveal, args=(one.name,)
        )


def _reveal(name: str) -> None:
    st.session_state[revealed_key(name)] = True


def _result(one: Experiment, part: Mapping[str, Any], large: bool) -> None:
    from engine.report.figures.lab import lab_figures

    drawn = lab_figures(part, is_dark(), large)
    shown = drawn[:1] if large else drawn
    _figure(one, 0, shown[0], large)
    _guess(one, part)
    st.markdown(f"**{literal(part['sentence'])}**")
    if part["warning"]:
        st.warning(literal(part["warning"]), icon=":material/warning:")
    if part["problem"]:
        st.error(literal(part["problem"]), icon=":material/error:")
    if shown[1:]:
        with _section("Further figures", ":material/bar_chart:", f"further_{one.name}") as opened:
            for number, figure in enumerate(shown[1:] if opened.open else [], 1):
                _figure(one, number, figure, large)
    for what, why in part["missing"].items():
        st.caption(f":material/block: {literal(what)}: {literal(why)}")
    st.caption(literal(_where(part)))


def _figure(one: Experiment, number: int, figure: Any, large: bool) -> None:
    from engine.report.figures import CONFIG

    alt = f"{one.title}: {figure.layout.title.text or 'figure'}"
    st.plotly_chart(figure, theme=None, config=CONFIG, alt=alt, key=f"figure_{one.name}_{number}_{large}")


def _guess(one: Experiment, part: Mapping[str, Any]) -> None:
    """The guess beside what was measured."""
    expected, answer = st.session_state.get(expected_key(one.name)), part.get("answer")
    if not expected or not answer:
        return
    if expected == literal(answer):
        st.success(f"As you expected: {literal(answer)}.", icon=":material/check:")
    else:
        st.info(f"You expected: {expected}. Measured: {literal(answer)}.", icon=":material/lightbulb:")


def _where(part: Mapping[str, Any]) -> str:
    where = part["environment"]
    gil = "with" if where.get("gil", True) else "without"
    power = f", on {where['power']}" if where.get("power") else ""
    kinds = ", ".join(f"{count} {kind}" for kind, count in (where.get("core_types") or {}).items())
    cores = f" ({kinds})" if len(where.get("core_types") or {}) > 1 else ""
    host, system, python, cpus = (where.get(name) or "?" for name in ("host", "system", "python", "cpus_usable"))
    how = f"{part['mode']}, " if part.get("mode") else ""
    return (
        f"Measured {_when(part)} on {host}: {cpus} usable CPUs{cores}, {system}, Python {python} {gil} GIL{power}; "
        f"{how}{part['rounds']} fresh interpreters, {duration(part['seconds'])}."
    )


def _when(part: Mapping[str, Any]) -> str:
    at = moment(part["started_at"], st.context.timezone)
    return f"{at:%d %B %Y, %H:%M}" if at else "an unknown time"


def _section(title: str, icon: str, key: str) -> Any:
    """A closed section whose content is drawn once it is opened: a page has some thirty of them."""
    return st.expander(title, icon=icon, key=key, on_change="rerun")


def _code(one: Experiment) -> None:
    ways = ways_of(one.name)
    if not ways:
        return
    with _section("The code that was measured", ":material/code:", f"code_{one.name}") as opened:
        if not opened.open:
            return
        way = ways[0]
        if len(ways) > 1:
            way = str(st.selectbox("Way", ways, key=f"way_{one.name}", label_visibility="collapsed"))
        st.code(code_of(way, one.name), language="python", wrap_lines=True)
        st.caption("Copy it into a file and run it: it needs nothing but Python.")


def _details(one: Experiment, part: Mapping[str, Any] | None) -> None:
    with _section("How it is measured, and every figure", ":material/science:", f"details_{one.name}") as opened:
        if not opened.open:
            return
        for label, text in (("Done", one.done), ("Measured", one.measured), ("Refuted by", one.refuted_by)):
            st.markdown(f"**{label}:** {literal(text)}")
        st.caption(
            "Medians of the repeats, with intervals from order statistics: they assume no distribution. "
            "Fewer than six repeats cannot reach 95%; the coverage is then lower, as shown."
        )
        if part and part["points"]:
            names = ["series", "quantity", "x", "median", "low", "high", "unit", "coverage", "repeats"]
            table = pd.DataFrame(part["points"])[names].rename(columns={"x": one.x_name or "x"})
            if not one.x_name:
                table = table.drop(columns="x")
            st.dataframe(
                table,
                hide_index=True,
                column_config={"coverage": st.column_config.NumberColumn(format="percent")},
                alt=f"Every figure of {one.title}",
                key=f"table_{one.name}",
            )
