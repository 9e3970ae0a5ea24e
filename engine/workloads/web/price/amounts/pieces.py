"""Prices that a page writes in pieces (`$`, `19`, `99`), put together again."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.amounts.amount import Amount, find_amounts
from engine.workloads.web.price.amounts.currency import SIGNS, is_mark

SIGN = re.compile(rf"[{SIGNS}円元원]")
_CENTS = re.compile(r"\d{2}")
_CENTS_ALONE = re.compile(r"\d{2}(?![\d.,])")
_WHOLE = re.compile(r"[\d.,' \u00a0]{0,12}\d[.,]")
"""The beginning of a price whose cents stand in the next piece: `118,`."""


def one_line(text: str) -> str:
    """A text node as a browser shows it: indentation and line breaks of the source are one blank each."""
    text = text.strip()
    return " ".join(text.split()) if "\n" in text or "  " in text else text


def marked(texts: list[str]) -> bool:
    """Whether a currency stands in one of these short texts."""
    return any(SIGN.search(text) or is_mark(text.strip(". ")) for text in texts if len(text) < 20)


def incomplete(text: str, amounts: list[Amount], before: str, after: str) -> bool:
    """Whether the text is a price in whole units with what may be its cents behind it, or the cents alone."""
    if _CENTS_ALONE.match(text) and _WHOLE.fullmatch(before):
        return True
    if len(amounts) != 1 or len(text) > 16 or amounts[0].value != amounts[0].value.to_integral_value():
        return False
    return after[:1] in (".", ",") or _CENTS.fullmatch(after[:3].strip(".,* ")) is not None


def joined(node: LexborNode, element: LexborNode, mark: str | None) -> tuple[Amount | None, LexborNode]:
    """The price in pieces (`$`, `19`, `99`) that this text node is one of, in its element or one around it."""
    place: LexborNode | None = element
    for _ in range(4):
        if place is None or not place.is_element_node or place.tag in ("body", "tr", "ul", "table"):
            break
        if len(place.text(strip=True)) > 40:
            break
        parts = [
            (piece.mem_id, text)
            for piece in place.traverse(include_text=True, skip_empty=True)
            if piece.is_text_node and (text := one_line(piece.text_content or ""))
        ]
        if len(parts) > 1:
            text, own = together(parts, node.mem_id)
            amount = next(
                (found for found in find_amounts(text, mark, 6) if found.mark and found.start <= own < found.end), None
            )
            if amount is not None:
                return amount, place
        place = place.parent
    return None, element


def together(parts: list[tuple[int, str]], own: int) -> tuple[str, int]:
    """The pieces of a price in one string, and where `own` lies: two lone digits behind a number are its cents."""
    text, last, place = "", "", 0
    for identity, part in parts:
        if _CENTS.fullmatch(part.rstrip("*")) and text[-1:].isdigit() and not re.search(r"[.,]\d\d$", last):
            text += "."
        elif text and part[0] not in ".," and text[-1:] not in ".,$€£":
            text += " "
        if identity == own:
            place = len(text) + len(part) - len(part.lstrip("$€£ -"))
        text += part
        last = part
    return text, place
