"""Figures and texts as people read them; everything from outside is made literal before it meets Markdown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.model import Run
from engine.text import duration as in_two_units
from engine.text import storable

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~&=^:@])")
_BREAK = ":small[]"
"""Nothing at all, in Streamlit's Markdown: it parts a text, and adds no character to what readers copy."""
_MEANT = re.compile(
    r"(?<=:)(?=//|[^\s:]+:)"  # addresses, which become links; emoji and icons
    r"|(?<=@)(?=\S)|(?<=www)(?=\.)"  # addresses of mail, and of the web without https://
    r"|(?<=[-<>~])(?=[-=>])",  # arrows and dashes
    re.IGNORECASE,
)
"""Where Streamlit reads a meaning into a plain text, also into an escaped one: between these two characters."""

STATES = {
    "waiting": ("Waiting", ":material/hourglass_empty:", "gray"),
    "running": ("Running", ":material/play_arrow:", "blue"),
    "finished": ("Finished", ":material/check_circle:", "green"),
    "cancelled": ("Cancelled", ":material/cancel:", "orange"),
    "interrupted": ("Interrupted", ":material/power_off:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
}
"""State: its word, its icon, its colour."""


def state_of(run: Run) -> tuple[str, str, str]:
    """The word, icon and colour of a run's state; one that finished with failures is not plain green."""
    if run.kind == "job" and run.state == "finished" and run.failed:
        return f"Finished, {run.failed:,} failed", ":material/error:", "orange"
    return STATES[run.state]


def literal(text: str) -> str:
    """A text that Streamlit's Markdown shows as it is: no markup, links, maths, directives, emoji or HTML.

    It may hold a file's name that is not UTF-8, which no browser could be sent as it is.
    """
    return _BREAK.join(_SPECIAL.sub(r"\\\1", part) for part in _MEANT.split(" ".join(storable(text).split())))


def duration(seconds: float | None) -> str:
    """``0.35 s``, ``10 s``, ``1 min 40 s``, ``2 h 5 min``; a dash for none."""
    return "–" if seconds is None else in_two_units(seconds)


def outcome(status: str) -> str:
    """How a task ended, as tables say it: ``OK``, ``Failed``, ``Cancelled``."""
    return "OK" if status == "ok" else status.capitalize()


def in_words(reason: str | None) -> str:
    """A short code such as ``timed_out`` as words: ``Timed out``; acronyms keep their capitals."""
    first, *rest = (reason or "unknown").split("_")
    shown = {"dns": "DNS", "tls": "TLS", "http": "HTTP", "url": "URL"}
    return " ".join([shown.get(first, first.capitalize()), *(shown.get(word, word) for word in rest)])


def moment(iso: str | None, timezone: str | None = None) -> datetime | None:
    """A stored UTC time in the reader's time zone, without the zone (tables show it as it is)."""
    if not iso:
        return None
    zone: ZoneInfo | None = None
    try:
        zone = ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError):  # what a browser calls its zone is not known here
        zone = None
    read = datetime.fromisoformat(iso)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(zone).replace(tzinfo=None)
