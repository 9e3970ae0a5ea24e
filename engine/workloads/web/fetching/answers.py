"""What passes between the rules and the wire: an ask, the answer to it, and what answers mean.

`Ask` and `Answer` are all that `rules` and the two drivers (`fetch`, `afetch`) know of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import time
from typing import Literal

from engine.errors import TaskFailed
from engine.workloads.web.addresses.urls import Url
from engine.workloads.web.fetching.charset import decoded
from engine.workloads.web.fetching.unpack import Body

FetchKind = Literal["page", "robots", "sitemap"]

REDIRECTS = frozenset((301, 302, 303, 307, 308))
TRANSIENT = frozenset((408, 425, 429, 500, 502, 503, 504, *range(520, 525)))
"""Tried again: a server in trouble (520 to 524 are Cloudflare's words for one behind it), or one that was hurried."""
DRAINED = 16_384
"""Bytes of an unwanted body that are read, so that the connection can be used again; above, it is closed."""
DRAIN_S = 0.25
"""Seconds that this may take: the answer is known already."""

_WEB_PAGES = frozenset(("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"))
# What a page cannot begin with, whatever its header says.
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"OggS", "audio"),
    (b"ID3", "audio"),
)


class FetchFailed(TaskFailed):
    """A fetch that failed, with the number of requests that were made for the page."""

    def __init__(self, reason: str, message: str, attempts: int = 1) -> None:
        super().__init__(reason, message)
        self.args = (reason, message, attempts)
        self.attempts = attempts


class Transient(TaskFailed):
    """A failure that may be gone at the next try: the connection broke before the page was complete."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The marks that a server gave the version of a page at `url` (RFC 9110 8.8); empty where it gave none."""

    url: str
    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """What asks for the page only if it is another version."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page. `service_s` is the time spent on requests for it, waiting for its host's turn apart.

    `timings` splits the last request, in seconds: dns, connect, tls (0 on a kept connection), first_byte, download.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes
    attempts: int
    service_s: float
    timings: Mapping[str, float] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header fields of the last answer, names in lower case."""

    @property
    def unchanged(self) -> bool:
        """Whether the server said that the page is the version that was named: it then has no text."""
        return self.status == 304

    @property
    def text(self) -> str:
        """The body as text, decoded anew each time: whoever can, reads the body with its `content_type`."""
        return decoded(self.body, self.content_type)[0]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make: what for, by when (time.monotonic), and how many bytes may come of it."""

    url: Url
    kind: FetchKind
    deadline: float
    cap: int
    sent: Callable[[], None]
    """To be called once, as soon as the request is on its way."""
    cookie: str = ""
    """The Cookie header, where this fetch has been given one."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Header fields that ask for another version of the page than one that is known."""

    def headers(self) -> dict[str, str]:
        """Header fields of this request alone."""
        return {**self.conditions, "Cookie": self.cookie} if self.cookie else dict(self.conditions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is empty unless the status is 2xx. `headers` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    timings: Mapping[str, float]
    cookies: tuple[str, ...] = ()
    """The Set-Cookie fields."""


def plain_headers(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields by their names in lower case; what came more than once is joined (RFC 9110 5.3)."""
    joined: dict[str, str] = {}
    for name, value in items:
        name = name.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def receiver(ask: Ask, status: int, headers: Mapping[str, str]) -> Body | None:
    """Where the body goes; None when it is not wanted. Raises TaskFailed: not_a_web_page, too_large."""
    if not 200 <= status < 300:
        return None
    content_type = media_type(headers).partition(";")[0].strip().lower()
    if ask.kind == "page" and content_type and content_type not in _WEB_PAGES:
        raise TaskFailed("not_a_web_page", f"The address leads to {content_type[:60]!r}, not to a web page.")
    length = headers.get("content-length", "")
    # The start of an overlong robots.txt counts (RFC 9309); an overlong page is refused before it is read.
    if ask.kind != "robots" and length.isdigit() and int(length) > ask.cap:
        raise TaskFailed("too_large", f"The page is larger than {ask.cap / 1e6:g} MB, the limit for one page.")
    return Body(headers.get("content-encoding", ""), ask.cap, cut=ask.kind == "robots")


def media_type(headers: Mapping[str, str]) -> str:
    """The content type with its parameters; of several the last that is one (WHATWG Fetch, "extract a MIME type")."""
    named = [part.strip() for part in headers.get("content-type", "").split(",") if "/" in part.partition(";")[0]]
    if not named:
        return ""
    last = named[-1]
    same = [part for part in named if part.partition(";")[0].lower() == last.lower() and "charset" in part.lower()]
    return same[-1] if same and ";" not in last else last


def worth_draining(headers: Mapping[str, str], status: int = 0) -> bool:
    """Whether an unwanted body is short enough to be read away; a 304 has none, whatever its length says."""
    if status == 304:
        return True
    length = headers.get("content-length", "")
    return length.isdigit() and int(length) <= DRAINED


def check_page(body: bytes) -> None:
    """Raise TaskFailed (not_a_web_page) for bytes that no web page begins with."""
    if not body.strip():
        raise TaskFailed("not_a_web_page", "The page is empty.")
    start = body[:512].lstrip()
    kind = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if kind is None and b"\0\0\0" in start:
        kind = "binary data"
    if kind is None and start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        kind = "an image"
    if kind is not None:
        raise TaskFailed("not_a_web_page", f"The address leads to {kind}, not to a web page.")


def challenged(answer: Answer, host: str) -> TaskFailed | None:
    """The failure of an answer whose headers say that a gatekeeper asks for proof; None for any other."""
    headers = answer.headers
    gatekeeper = (
        headers.get("cf-mitigated", "").lower() == "challenge"
        or "x-datadome" in headers
        or headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha")
    )
    if not gatekeeper:
        return None
    text = f"{host} asked for proof that you are human instead of showing the page: ask it less often, or later."
    return TaskFailed("blocked", text)


def refused(status: int, host: str, tries: str = "") -> TaskFailed:
    """The failure that a status other than 2xx means."""
    if status in (404, 410):
        return TaskFailed("not_found", f"{host} has no such page (status {status}).")
    if status in (401, 403, 451):
        return TaskFailed("refused", f"{host} refused to show the page (status {status}).")
    if status == 429:
        return TaskFailed("rate_limited", f"{host} says that it gets too many requests (status 429){tries}.")
    return TaskFailed("http_error", f"{host} answered with status {status}{tries} instead of the page.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait (RFC 9110 10.2.3: a number or a date); None where it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return None
