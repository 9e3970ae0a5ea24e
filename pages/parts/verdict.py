"""The verdict in words: who is faster, by how much and how sure, why, what to be careful about, what to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.model import ENDED, Run
from pages.parts.words import duration, literal

OUTCOMES = {
    "faster": (":material/trophy:", "A clear winner", "green"),
    "same": (":material/drag_handle:", "The same within the margin", "blue"),
    "undecided": (":material/help:", "Not decided", "orange"),
    "failed": (":material/error:", "Every task failed", "red"),
}
"""Outcome: its icon, its words, its colour."""

WHY = 6
"""So many configurations are explained at once, the best ones; the others are folded."""


def verdict(run: Run, measured: int) -> None:
    """The verdict's box, then the explanations and the warnings. `measured` counts finished trials.

    Before the first block has ended there is nothing to say; the sentence says what is missing.
    """
    found = run.verdict
    if not found or not found.get("sentences"):
        _nothing(run, measured)
        return
    sentences = [str(sentence) for sentence in found["sentences"]]
    with st.container(border=True, key="verdict"):
        icon, words, colour = OUTCOMES.get(str(found.get("outcome")), OUTCOMES["undecided"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words, icon=icon, color=colour)  # type: ignore[arg-type]
            if run.state not in ENDED:
                st.caption("So far: every block that ends is added.")
        st.markdown(f"##### {literal(sentences[0])}")
        if run.state in ENDED and sentences[1:]:
            st.markdown("\n\n".join(map(literal, sentences[1:])))
        _why(run, found)
    if run.state in ENDED:  # while it goes on, "too few repeats" would be the most frequent of them
        _warnings(found.get("warnings") or [])
    _left_out(found)


def _nothing(run: Run, measured: int) -> None:
    if run.state not in ENDED:
        st.caption("The verdict appears here after the first block, and sharpens with every further one.")
    elif measured:
        st.info(
            "Nothing can be compared: no block holds finished trials of the baseline and of another configuration. "
            "What did finish is in the table below.",
            icon=":material/info:",
        )
    else:
        st.info("No trial finished, so there is nothing to compare.", icon=":material/info:")


def _why(run: Run, found: Mapping[str, Any]) -> None:
    """One line for each configuration with several workers, in the words of what was measured; the best ones first."""
    order = [*(one["label"] for one in found.get("leaders") or []), *(one.label for one in run.configurations)]
    place = {label: number for number, label in reversed(list(enumerate(order)))}
    explained = [one for one in found.get("explanations") or [] if one.get("sentences") and _says_something(one, found)]
    explained.sort(key=lambda one: place.get(one["label"], len(order)))
    lines = [
        f"- **{literal(one['label'])}**: {literal(' '.join(map(str, one['sentences'])))}" for one in explained
    ]
    # A single line is not worth a fold of its own.
    shown = lines if len(lines) <= WHY + 1 else lines[:WHY]
    if shown:
        st.markdown("**Why**")
        st.markdown("\n".join(shown))
    if folded := lines[len(shown):]:
        with st.expander(f"Why, for {len(folded)} more configurations", key="why"):
            st.markdown("\n".join(folded))
    scaling = [str(one["sentence"]) for one in (found.get("scaling") or {}).values() if one.get("single")]
    for name, one in (found.get("scaling") or {}).items():
        if one.get("single"):
            st.markdown(f"- **{literal(name)}**, with more workers: {literal(str(one['sentence']))}")
    if not scaling and any(len(one.get("counts", ())) > 1 for one in (found.get("scaling") or {}).values()):
        text = next(str(one["sentence"]) for one in found["scaling"].values() if len(one.get("counts", ())) > 1)
        st.caption(literal(text))


def _says_something(explained: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """What one worker does side by side with itself explains nothing; nor does the baseline against itself."""
    baseline = (found.get("baseline") or {}).get("label")
    return bool(explained["label"] != baseline and explained["configuration"]["workers"] > 1)


def _warnings(warnings: Sequence[Mapping[str, Any]]) -> None:
    """Each warning with what to do about it; more than two are folded, so that the charts stay in sight."""
    shown, folded = warnings[:2], warnings[2:]
    for one in shown:
        _warning(one)
    if folded:
        with st.expander(f"{len(folded)} more warnings" if len(folded) > 1 else "1 more warning", key="warnings"):
            for one in folded:
                _warning(one)


def _warning(one: Mapping[str, Any]) -> None:
    st.warning(
        f"{literal(str(one.get('sentence', '')))} {literal(str(one.get('advice') or ''))}",
        icon=":material/warning:",
    )


def _left_out(found: Mapping[str, Any]) -> None:
    labels = [str(one.get("label", "")) for one in found.get("left_out") or []]
    if labels:
        st.caption(f"Left out of the verdict: {literal(', '.join(labels))}.")


UNCOUNTED = ", not counted"
"""Behind the speedup of a row that is shown beside: of our own loop where tasks are short, else of other code."""


def speedup_table(run: Run, found: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each configuration: speedup with its interval, wall time, start-up, memory, cores busy."""
    beside = list(found.get("beside_figures") or [])
    uncounted = {figure["configuration"]["label"] for figure in beside}
    told = [*(found.get("rows") or []), *(found.get("beside") or [])]
    ratios = {row["configuration"]["label"]: row["ratio"] for row in told}
    own = {part["label"]: part["loop"] for part in found.get("own_part") or []}
    left_out = {one.get("label") for one in found.get("left_out") or []}
    rows = []
    place = {one.label: number for number, one in enumerate(run.configurations)}
    figures = [*(found.get("figures") or []), *beside]
    figures.sort(key=lambda figure: place.get(figure["configuration"]["label"], len(place)))
    figures.sort(key=lambda figure: figure["configuration"]["label"] in uncounted)
    for figure in figures:
        label = figure["configuration"]["label"]
        ratio = ratios.get(label)
        rows.append(
            (
                label,
                _ratio(ratio, label == found["baseline"]["label"], label in left_out)
                + (UNCOUNTED if label in uncounted else ""),
                duration(figure["wall_s"]),
                duration(figure["startup_s"]),
                figure["peak_pss_mb"],
                figure["cores_busy"],
                figure["tasks_at_once"],
                figure["trials"],
                figure["failed"],
                own.get(label),
            )
        )
    columns = [
        "Configuration", "Speedup", "Wall time", "Start-up", "Peak memory", "Cores busy", "Tasks at once", "Trials",
        "Failed tasks", "Our own part",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _ratio(ratio: Mapping[str, Any] | None, baseline: bool, left_out: bool) -> str:
    if baseline:
        return "baseline"
    if left_out:
        return "left out"
    if ratio is None:
        return "–"
    interval = "" if ratio["low"] is None else f" ({ratio['low']:.2f}–{ratio['high']:.2f})"
    return f"{ratio['estimate']:.2f}×{interval}"
