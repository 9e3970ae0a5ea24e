"""What a session has uploaded, to be used again: a browser cannot give the same files a second time by itself.

The uploads of a run lie in its folder; the session remembers which run that was, and the form offers them when
somebody comes back to it. They are gone when that run is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.errors import InputRefused, RunNotFound
from engine.store.folders import link
from engine.text import counted, data_size
from pages.parts.shared.server import store
from pages.parts.shared.words import literal


@dataclass(frozen=True, slots=True)
class Uploads:
    """Uploads in a run's folder: their title, the run's number, that folder, their names below it, bytes in all."""

    title: str
    run: int
    folder: Path
    names: tuple[str, ...]
    size: int


def remember(kind: str, title: str, paths: Sequence[Path], inputs: Path) -> None:
    """Remember what was put below a run's folder of inputs from an uploader of this kind."""
    names = tuple(path.relative_to(inputs).as_posix() for path in paths)
    st.session_state[_key(kind)] = (title, str(inputs), names, sum(path.stat().st_size for path in paths))


def uploaded(kind: str) -> Uploads | None:
    """What was uploaded last, if the run that it went to is still there."""
    title, inputs, names, size = st.session_state.get(_key(kind), ("", "", (), 0))
    folder = Path(inputs)
    try:
        run = store().run(folder.parent.name) if inputs and folder.is_dir() else None
    except RunNotFound:
        run = None
    return Uploads(title, run.id, folder, names, size) if run is not None else None


def offer(kind: str, noun: str) -> Uploads | None:
    """Draw what is used again while nothing new is uploaded, with a way to leave it; None where there is nothing."""
    found = uploaded(kind)
    if found is None:
        return None
    what = literal(found.title) if len(found.names) == 1 else counted(len(found.names), noun)
    with st.container(horizontal=True, vertical_alignment="center", key=f"uploaded_{kind}"):
        st.markdown(
            f":material/history: **{what}**, {data_size(found.size)}, uploaded for run {found.run}: used again until "
            "you upload others.",
            width="content",
        )
        st.button("Forget", key=f"forget:{kind}", type="tertiary", on_click=_forget, args=(kind,))
    return found


def place_again(names: Sequence[str], source: Path, inputs: Path) -> list[Path]:
    """Put uploads of another run into this run's folder, as hard links where the file system has them.

    Raises InputRefused when they are gone.
    """
    placed = []
    for name in names:
        target = inputs / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            link(source / name, target)
        except FileNotFoundError:
            raise InputRefused("The run with these uploads was deleted meanwhile: upload them again.") from None
        placed.append(target)
    return placed


def _forget(kind: str) -> None:
    st.session_state.pop(_key(kind), None)


def _key(kind: str) -> str:
    return f"uploaded:{kind}"
