"""Cookies within one fetch: what a redirect sets is sent back on the way, and forgotten with the fetch.

Many shops answer the first request with a cookie and a redirect to the same page, and redirect for ever to whoever
does not bring it back. Which cookie goes where is `http.cookiejar`'s decision (RFC 6265's domains, paths and `Secure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.request import Request

MOST = 50
"""Cookies that one fetch keeps."""
LONGEST = 8_192
"""Characters of one cookie that is kept, and of all that are sent with a request."""

Set = tuple[str, str]
"""The address that set a cookie, and its Set-Cookie field."""


class _Answer:
    """What a cookie jar asks of an answer: its headers."""

    def __init__(self, field: str) -> None:
        self._headers = Message()
        self._headers["Set-Cookie"] = field

    def info(self) -> Message:
        """The headers."""
        return self._headers


def kept(so_far: Sequence[Set], url: str, fields: Sequence[str]) -> list[Set]:
    """The cookies of a fetch with those that an answer of `url` sets, the last MOST of them."""
    return [*so_far, *((url, field) for field in fields if len(field) <= LONGEST and field.isprintable())][-MOST:]


def header(cookies: Sequence[Set], url: str) -> str:
    """The Cookie header for a request to `url`; empty where none is to be sent."""
    if not cookies:
        return ""
    jar = CookieJar(DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain))
    for address, field in cookies:
        answer: Any = _Answer(field)
        jar.extract_cookies(answer, Request(address))
    request = Request(url)
    jar.add_cookie_header(request)
    return _fitting(request.get_header("Cookie", "") or "")


def _fitting(found: str) -> str:
    """The cookies that may stand in one header, in their order; where they are too long together, the short ones."""
    pairs = [pair for pair in found.split("; ") if pair.isprintable() and pair.isascii()]
    left, chosen = LONGEST, set()
    for pair in sorted(pairs, key=len):
        left -= len(pair) + 2
        if left >= 0:
            chosen.add(pair)
    return "; ".join(pair for pair in pairs if pair in chosen)
