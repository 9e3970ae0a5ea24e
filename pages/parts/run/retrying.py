"""Which failures trying again can mend: a shop that did not answer may answer now, a damaged file stays damaged."""

from __future__ import annotations

from collections.abc import Iterable

FOR_GOOD = frozenset(
    (
        # Files
        "damaged", "empty_file", "not_a_file", "too_many_pixels", "too_many_bytes", "unsupported_format", "not_encoded",
        "exists", "would_overwrite",
        # Addresses, and what stands behind them
        "blocked_address", "invalid_host", "invalid_url", "scheme", "redirect_blocked", "too_many_redirects",
        "refused_by_robots", "not_a_web_page", "no_price", "not_found", "too_large", "needs_javascript", "cookie_wall",
        # Tasks
        "unreadable_argument", "unsendable_result", "not_storable",
    )
)  # fmt: skip
"""Reasons that lie in the task itself: with the same settings it fails again."""

HOPELESS = "None of these is likely to succeed: it is the file or the address itself that is at fault."


def may_succeed(reasons: Iterable[str | None]) -> bool:
    """Whether any of the failures may have passed by now; one that is not known may."""
    return any((reason or "") not in FOR_GOOD for reason in reasons)
