"""Who is at the page, and which runs are theirs.

Where nobody signs in, everybody may do everything, and there is no person. Where people do (an [auth] section in
Streamlit's secrets, or OVERLAP_SIGN_IN), each sees their own runs, those that are shared, and those that no person
started (a command's, or from before); cancels and deletes only their own; OVERLAP_ADMINS may do all.

A person is the address of mail that the provider has verified, else the provider's own name for them (`sub`).
Routes have no Streamlit session: they say with `acting_for` who asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st
from starlette.requests import Request
from streamlit.auth_util import get_secrets_auth_section

from engine.config import load
from engine.errors import NotAvailable
from engine.model import Run

_asking: ContextVar[str | None] = ContextVar("overlap_person")
NOBODY = ""
"""Somebody who has not signed in: no run is theirs."""


def signs_in() -> bool:
    """Whether people have to sign in here."""
    return load().sign_in or bool(get_secrets_auth_section())


def person() -> str | None:
    """Who is at the page, NOBODY for one who has not signed in; None where nobody has to."""
    if not signs_in():
        return None
    asking = _asking.get(None)
    return name_of(dict(st.user)) if asking is None else asking


def name_of(told: Mapping[str, Any]) -> str:
    """The person that a provider tells of; NOBODY for one who is not signed in."""
    if not told.get("is_logged_in"):
        return NOBODY
    mail = str(told.get("email") or "").strip().lower()
    if mail and told.get("email_verified") in (True, "true"):
        return mail
    subject = str(told.get("sub") or "").strip()
    return f"{told.get('iss') or ''}#{subject}" if subject else NOBODY


def viewer() -> str | None:
    """Whose runs the lists are about; None for who may see them all."""
    who = person()
    return None if who in load().admins else who


def is_own(run: Run) -> bool:
    """Whether the reader may cancel, change and delete a run."""
    who = viewer()
    return who is None or (who != NOBODY and run.person == who)


def must_be_own(run: Run) -> None:
    """Raises NotAvailable for a run that the reader may only look at."""
    if not is_own(run):
        whose = "somebody else's" if run.person else "nobody's in particular"
        raise NotAvailable(f"Run {run.id} is {whose}: you may look at it, and run it again as your own.")


def person_of(request: Request) -> str:
    """Who sends a request, by the cookie that Streamlit signed when they signed in."""
    # Streamlit reads it for pages only; a test holds these two names against the version that is installed.
    from streamlit.web.server.server_util import AUTH_COOKIE_NAME
    from streamlit.web.server.starlette import starlette_websocket as signed

    cookie = signed._get_signed_cookie_with_chunks(dict(request.cookies), AUTH_COOKIE_NAME)
    origin = get_origin() or f"{request.url.scheme}://{request.url.netloc}"
    return name_of(signed._parse_decoded_user_cookie(cookie, origin)) if cookie else NOBODY


def get_origin() -> str | None:
    """The address at which people sign in, which stands in their cookies."""
    from streamlit.auth_util import get_origin_from_redirect_uri

    return get_origin_from_redirect_uri()


@contextmanager
def acting_for(request: Request) -> Iterator[None]:
    """Answer a request as the person who sends it."""
    token = _asking.set(person_of(request) if signs_in() else None)
    try:
        yield
    finally:
        _asking.reset(token)
