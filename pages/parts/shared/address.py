"""Addresses of the routes that stream a run's files."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from engine.model import Run
from pages.menu import PAGES


def file_url(run: Run, *parts: str | int, **query: str | int) -> str:
    """The absolute address of a file of this run (`pages.serving.routes`), as the reader's browser reaches this server.

    Absolute, because `st.image` takes anything else for a path on the server.
    """
    base = _base(st.context.url or "http://localhost")
    path = "/".join(quote(str(part), safe="") for part in ("files", run.token, *parts))
    return f"{base}/{path}?{urlencode(query)}" if query else f"{base}/{path}"


def _base(url: str) -> str:
    """The app's own address: that of the page, without the page."""
    plain = url.rstrip("/")
    for entry in PAGES:
        if plain.endswith(f"/{entry.address}"):
            return plain.removesuffix(f"/{entry.address}")
    return plain
