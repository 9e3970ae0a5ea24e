"""The settings and the store behind a page, and which run its address names.

Where nobody signs in, whoever knows a run's token can open it, and the History page shows every run of this server:
then Overlap is for the people who share a machine. Where people do, `person` says which runs are whose.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import streamlit as st

from engine.config import Settings, load
from engine.errors import RunNotFound
from engine.model import Run
from engine.store import Store
from pages.parts.shared.person import viewer

RUN = "run"
"""The name of the token in a page's address."""


def settings() -> Settings:
    """The settings in force now."""
    return load()


def store() -> Store:
    """The store of the settings in force, with the runs that its reader may see. Raises StoreUnusable."""
    return _opened(settings()).seen_by(viewer())


def whole_store() -> Store:
    """The store with everybody's runs: for what no person asks, such as this server's own figures."""
    return _opened(settings())


def _opened(chosen: Settings) -> Store:
    """One store for all sessions: its connections are pooled, and it has no other state.

    It is opened anew where its file was removed or replaced meanwhile: else the app would go on with one that nobody
    else sees, and could not start a run any more.
    """
    file = None if chosen.database_url else chosen.home / "overlap.db"
    if (known := _stores.get(chosen)) is not None and known[1] == _identity(file):
        return known[0]
    found = Store.open(chosen)  # with no lock held: a server that is away must not have every page wait for every other
    with _KEEPING:
        while len(_stores) >= _MOST_STORES:
            _stores.pop(next(iter(_stores)))
        _stores[chosen] = found, _identity(file)
    return found


def _identity(file: Path | None) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None where there is none."""
    try:
        seen = file.stat() if file else None
    except OSError:
        return None
    return (seen.st_dev, seen.st_ino) if seen else None


_KEEPING = Lock()
_MOST_STORES = 4
_stores: dict[Settings, tuple[Store, tuple[int, int] | None]] = {}


def token_in_address() -> str | None:
    """The token of the run that the address names, or None."""
    token = st.query_params.get(RUN, "").strip()
    return token or None


def run_of(token: str) -> Run:
    """The run with this token, if its reader may see it; a number is no token. Raises RunNotFound."""
    if token.isdecimal():
        raise RunNotFound("The address names a run by its number: open it from the History page.")
    return store().run(token)


def is_dark() -> bool:
    """Whether the reader's theme is dark."""
    return st.context.theme.type == "dark"
