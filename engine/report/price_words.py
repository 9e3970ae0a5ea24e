"""A change of a price in one line, for terminals and pages alike."""

from __future__ import annotations

from engine.analysis.price_changes import WORDS, PriceChange
from engine.text import printable


def change_line(change: PriceChange) -> str:
    """``cheaper: Kettle, 19.90 instead of 24.90 EUR (-20.1%), https://…``, safe for a terminal."""
    name = shown(change.name or change.address)
    told = f"{WORDS[change.kind]}: {name}"
    if change.by is not None and change.share is not None:
        told += f", {change.price:f} instead of {change.before:f} {change.currency or ''}".rstrip()
        told += f" ({change.share:+.1%})"
    elif change.price is not None:
        told += f", {change.price:f} {change.currency or ''}".rstrip()
    elif change.before is not None:
        told += f", was {change.before:f} {change.currency or ''}".rstrip()
    doubt = ", doubtful" if change.doubtful else ""
    return f"{told}{doubt}" if change.name is None else f"{told}{doubt}, {shown(change.address)}"


def shown(text: str) -> str:
    """A stranger's text in one line of at most 200 characters, without what a terminal would obey."""
    return printable(" ".join(text.split()))[:200]
