"""By which names browsers may open the app, and that only its own pages may drive it.

The names are those of `server.allowedHosts` and, where the app is for this machine only, this machine's own; an app
that serves a network cannot know its names and is opened by any, unless some are given. Else a web site could let its
own name point here and drive the app from its scripts (DNS rebinding). What is sent (a page's connection, an upload)
must besides come from a page of the app itself: another site, or another server on this machine, could otherwise use it
through a visitor's browser. Streamlit's own rules let in whatever it takes for this machine, and all where no name is
given; so the guard is here, however the app is started.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.serving.health import PATH

LOOPBACK = ("localhost", "127.0.0.1", "::1")
REFUSED = (
    "Overlap is not to be opened by this name. Open it by the address that it printed when it started, or let the name "
    "in at its next start: STREAMLIT_SERVER_ALLOWED_HOSTS holds such names, with blanks between them.\n"
)
FOREIGN = "Overlap takes this from its own pages only: open it in a tab of its own.\n"
_ONLY_READS = ("GET", "HEAD", "OPTIONS")


class NamedHosts:
    """ASGI middleware that refuses, with the reason, what is asked for by another name or from another site."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or a page's connection on, or refuse it with 403."""
        refusal = refused(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        else:  # closed before it was accepted: the server answers 403 (ASGI's websocket.close)
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})


def refused(scope: Scope) -> str | None:
    """Why this request or connection is not let in; None for one that is."""
    if scope["type"] == "http" and scope["path"] == PATH and scope["method"] in _ONLY_READS:
        return None  # asked by the number of a machine, by whoever watches it; it tells nothing
    headers = Headers(scope=scope)
    host, names = headers.get("host", ""), own_names()
    if not is_allowed(host, names):
        return REFUSED
    reads = scope["type"] == "http" and scope["method"] in _ONLY_READS
    return None if reads or is_own_page(headers.get("origin"), host, names) else FOREIGN


def own_names() -> list[str]:
    """The names by which the app may be opened; empty where any may."""
    given = list(st.get_option("server.allowedHosts") or [])
    address = str(st.get_option("server.address") or "")
    is_here = address in LOOPBACK or address.startswith("127.")
    return [*dict.fromkeys((*LOOPBACK, address, *given))] if is_here else given


def is_allowed(host: str, names: Sequence[str]) -> bool:
    """Whether a Host header (``name``, ``name:port``, ``[::1]:port``) is one of the names; ``*.name`` and ``*`` too."""
    if not names:
        return True
    asked = _name_of(f"//{host}")
    return any(
        name == "*" or asked == name or (name.startswith("*.") and asked.endswith(name[1:]))
        for name in (each.strip().lower().rstrip(".") for each in names)
    )


def is_own_page(origin: str | None, host: str, names: Sequence[str]) -> bool:
    """Whether what is sent comes from a page of this app: its Origin is the Host asked for, port and all.

    Behind a proxy that asks by a name of its own, it is one of the names given. Programs send no Origin.
    """
    if origin is None or origin.partition("//")[2].lower() == host.lower():
        return True
    asked = _name_of(origin)
    given = [name for name in names if name.strip() != "*"]
    local = asked in LOOPBACK or asked.startswith("127.")  # there each port may be somebody else's server
    return bool(given and asked) and not local and is_allowed(asked, given)


def _name_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:  # brackets that do not hold an address
        return ""
