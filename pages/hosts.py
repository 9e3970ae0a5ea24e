"""By which names browsers may open the app: those of `server.allowedHosts`, or any where that is empty.

Streamlit itself holds a page's connection to that list, because else a web site could let its own name point here
and drive the app from its scripts (DNS rebinding). A page would stay blank then: here it says why, and files are
held to the list too. Streamlit's own comparison is private to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = (
    "Overlap is not to be opened by this name. Open it by the address that it printed when it started, or let the name "
    "in at its next start: STREAMLIT_SERVER_ALLOWED_HOSTS holds such names, with blanks between them.\n"
)


class NamedHosts:
    """ASGI middleware that answers 403, with the reason, to a request for a host of another name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it; connections of pages are Streamlit's to refuse."""
        names = st.get_option("server.allowedHosts")
        if scope["type"] == "http" and not is_allowed(Headers(scope=scope).get("host", ""), names):
            await PlainTextResponse(REFUSED, 403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def is_allowed(host: str, names: Sequence[str]) -> bool:
    """Whether a Host header (``name``, ``name:port``, ``[::1]:port``) is one of the names; ``*.name`` and ``*`` too."""
    if not names:
        return True
    try:
        asked = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # brackets that do not hold an address
        return False
    return any(
        name == "*" or asked == name or (name.startswith("*.") and asked.endswith(name[1:]))
        for name in (each.strip().lower().rstrip(".") for each in names)
    )
