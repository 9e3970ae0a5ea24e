"""Pictures at a storage address (s3://bucket/folder), and results that go to one, as OVERLAP_ADDRESSES lets pages.

Whatever is typed, listed or started goes by the one gate, `engine.runs.allowed_addresses`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.errors import InputRefused
from engine.machine.remote_files import joined, must_be_writable
from engine.model import Configuration, Plan
from engine.runs.allowed_addresses import allowed, prefixes
from engine.runs.remote_plans import Found, Source, resize_plan_at
from engine.text import counted
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.sources import RESULTS
from engine.workloads.images.sets.targets import Overwriting
from pages.parts.shared.server import settings, whole_store
from pages.parts.shared.words import literal
from pages.parts.uploads.reading import forget, read_once

SOURCE, TARGET = "source_address", "results_address"
"""The keys of the two fields."""
_SLOT = "pictures_at_address"
LOOKED_AT = 300
"""Earlier runs whose results are known as such."""


def are_on() -> bool:
    """Whether this server's configuration lets its pages use storage addresses."""
    return bool(settings().addresses)


def choose_source() -> tuple[str, list[Source]] | None:
    """Draw the field of an address, and give it with the pictures there; None while it is empty.

    Raises OverlapError for what may not be used, cannot be read, or holds no picture.
    """
    named = prefixes(settings())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            "Storage address", key=SOURCE, placeholder=f"{named[0]}/2026/*.jpg", persist_state="session",
            help="A file, a folder with all that is below it, or a glob (`*`, `?`, `[…]`, `**`). Used here: "
            + ", ".join(f"`{one}`" for one in named),
        ).strip()  # fmt: skip
        st.button("Look again", key="look_again", icon=":material/refresh:", on_click=forget, args=(_SLOT,))
    if not typed:
        return None
    address = allowed(typed, settings(), glob=True)
    found: Found = read_once(
        _SLOT, f"Looking at {literal(address)}", "engine.runs.remote_plans:found_for_pages", address, settings(),
        _results(),
    )  # fmt: skip
    told = f"{counted(len(found.sources), 'picture')} at {literal(address)}. Originals are never changed."
    if found.refused:
        told += f" Left out: {counted(found.refused, 'file')} that may not be used here."
    st.caption(told)
    return address, found.sources


def _results() -> list[str]:
    """Where anybody's earlier runs wrote to: what lies there is no original."""
    found = {run.options.get("address") for run in whole_store().runs(limit=LOOKED_AT, workload="resize")}
    return sorted(one for one in found if isinstance(one, str) and one)


def choose_target() -> str:
    """Draw the field of the address of the results, and give what stands in it; the button's click checks it."""
    st.session_state.setdefault(TARGET, _usual_target())
    typed = st.text_input(
        "Write them below", key=TARGET, persist_state="session", placeholder=_usual_target(),
        help="An address: folders below it keep their names. Originals are never replaced.",
    )  # fmt: skip
    return typed.strip()


def target_now() -> str:
    """What stands in that field, before it is drawn."""
    return str(st.session_state.get(TARGET, "")).strip() or _usual_target()


def _usual_target() -> str:
    return joined(prefixes(settings())[0], RESULTS)


def plan_at(
    pictures: Sequence[Path] | Sequence[Source],
    resizing: Resizing,
    configuration: Configuration,
    target: str | None,
    overwriting: Overwriting,
    title: str,
    root: Path | None = None,
    folder: Path | None = None,
    origin: str = "",
) -> Plan:
    """The plan of a resize whose pictures or results lie at addresses; `target` None is the run's own outputs.

    `origin` is what was typed to find them. Pictures of this machine are called by their place below `root`, and stored
    by that below `folder`, the run's.
    Raises OverlapError, also where nothing can be written to the target.
    """
    if target is not None:
        if not target:
            raise InputRefused(f"Say where the results go, such as {_usual_target()}.")
        target = allowed(target, settings())
        must_be_writable(target)
    sources = [one if isinstance(one, Source) else _local(one, root, folder) for one in pictures]
    return resize_plan_at(sources, resizing, configuration, settings(), target, overwriting, title, origin)


def _local(path: Path, root: Path | None, folder: Path | None) -> Source:
    label = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
    stored = path.relative_to(folder).as_posix() if folder and path.is_relative_to(folder) else os.fspath(path)
    return Source(label, stored)
