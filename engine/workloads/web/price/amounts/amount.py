"""Amounts of money in text, in every format that shops use, as Decimal.

`1.299,00 €`, `$1,299.00`, `CHF 1'299.–`, `118, 99 TL`, `35€ 99`, `10,00 – 20,00 €`: a number (number.py) with the
currency beside it, its cents behind a blank or behind the sign, and the lower end of a range with its mark.
price-parser takes the first number of a text and reads `3.350` silently; hence a reader of our own.
This module knows nothing of pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.amounts.marks import mark_after, mark_before
from engine.workloads.web.price.amounts.number import LARGEST, NUMBER, ambiguous, read_number, to_cents

NUMBERS = re.compile(NUMBER)
_SIGN_AS_POINT = re.compile(r"([€£])(\d{2})(?![\d.,])|\s?([€£])\s?(\d{2})(?=\s*(?:$|[^\w\s.,%$€£]))")
"""`35€99`, `35€ 99`, `49 € 95`: the sign stands where the decimal mark would."""
_PARTED_CENTS = re.compile(r"([.,])\s{1,2}(\d{2})(?![\d%]|\s?[.,]?\s?\d)")
"""`118, 99`: the cents behind a blank."""
_PLAIN = re.compile(r"([$€£])([0-9]{1,3}(?:(?:,[0-9]{3})*|[0-9]{1,6})\.[0-9]{2})")
"""How most English pages write a price; nothing in it can be read in two ways, and no other rule need be asked."""
_COLON_CENTS = re.compile(r":(\d{2})(?![\d:])|:[-–—](?!\d)")
"""`24:95 kr`, `199:-`: in Sweden and Finland the cents stand behind a colon; without a currency it is a time."""
_CENTS = re.compile(r"[.,]\d{1,2}$")
_UNIT = re.compile(
    r"\s?(?:ft|m|g|mg|cl|l|(?i:cm|mm|kg|lbs?|oz|ml|gb|tb|mb|mhz|ghz|kwh|inch(?:es)?|dpi|px|pcs))(?![^\W_]|['’])"
)
_EXPONENT = re.compile(r"[eE][+-]?\d")
_BASE = re.compile(r"\d[eE][+-]?$")
_RANGE = re.compile(r"\s*(?:-|–|—|~|〜|to|bis|à|a|al|until)\s*", re.I)
_WIDEST_RANGE = 6
"""How many times the upper end of a range may be the lower; `pack of 2 – 15 €` is none."""
_MACHINE = re.compile(r"\d{1,10}\.\d{1,40}")
_SCIENTIFIC = re.compile(r"\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,4}")
_FREE = re.compile(r"(?:free|gratis|gratuito?|kostenlos)[!.]", re.I)
_FORMER = re.compile(r"\b(?:was|were|old|reg(?:ular)?|list|rrp|uvp|statt|avant|antes)\b[\s:.]*$", re.I)
_THRESHOLD = re.compile(r"(?:\borders?(?: of| over| above)?|\bmin(?:imum)?\.? order|заказ(?: от)?)[\s:]*$", re.I)
_ELSE = re.compile(r"(?:\b(?:save|saving|saved|plus|shipping|delivery|ersparnis)\b|[+(])[\s:]*$", re.I)
_EACH = re.compile(r"\s*(?:/|per\b|off\b|each\b|shipping\b)", re.I)
_NO_PRICE = re.compile(
    r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? (?:\d{1,2},? )?(?:19|20)\d\d",
    re.I,
)
"""Dates and numbers of articles: `25-09`, `July, 2004`."""
_FOLDED = str.maketrans(
    {"，": ",", "．": ".", "＄": "$", "￡": "£", "￦": "₩"}
    | {mark: " " for mark in "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
)
"""Wide forms, and the invisible marks of writing direction; one character for one, so that places stay."""
LONGEST_TEXT = 20_000
"""Characters of one text that are looked at."""


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount found in a text: `mark` is the currency's symbol or code beside it, as written."""

    value: Decimal
    raw: str
    mark: str | None
    start: int
    end: int
    doubts: tuple[str, ...] = ()


def find_amounts(text: str, decimal_mark: str | None = None, limit: int = 50) -> list[Amount]:
    """Every number of the text that can be an amount, in order, at most `limit` of them.

    `decimal_mark` is the page's own (`.` or `,`), used only where the string and its currency leave it open.
    Percentages, sizes and weights are left out. Both ends of a range have the mark that is written once.
    """
    if (plain := _PLAIN.fullmatch(text)) is not None:
        return [Amount(Decimal(plain[2].replace(",", "")), text, plain[1], 0, len(text))]
    text = text[:LONGEST_TEXT]
    if not text.isascii():
        text = text.translate(_FOLDED)
    found: list[Amount] = []
    behind = 0
    for match in NUMBERS.finditer(text):
        if match.start() < behind:  # the cents of the amount before
            continue
        if _inside_digits(text, match):  # more digits than any price has
            continue
        amount = _amount(text, match, behind, decimal_mark)
        if amount is not None:
            behind = amount.end
            found.append(amount)
            if len(found) >= limit:
                break
    return _with_ranges(found, text) if len(found) > 1 else found


def _inside_digits(text: str, number: re.Match[str]) -> bool:
    """Whether a number is only a part of a longer row of digits."""
    start, end = number.span()
    return text[end : end + 1].isdigit() or text[max(0, start - 1) : start].isdigit()


def parse_amount(text: str, decimal_mark: str | None = None) -> Amount | None:
    """The one amount that a text states: the first with a currency beside it, else the first number; None without.

    Where the text calls one the former price, another is taken; a range and a choice of prices are doubted.
    """
    told = text.strip()
    if _FREE.fullmatch(told):
        return Amount(Decimal(0), told, None, 0, len(text))
    if _NO_PRICE.fullmatch(told):
        return None
    text = text[:LONGEST_TEXT]
    found = [amount for amount in find_amounts(text, decimal_mark, limit=8) if not _led_by(_THRESHOLD, text, amount)]
    found = [amount for amount in found if amount.mark] or found[:1]
    current = [amount for amount in found if amount.value and not _led_by(_FORMER, text, amount)] or found
    return replace(current[0], doubts=(*current[0].doubts, *_choice(current, text))) if current else None


def _led_by(words: re.Pattern[str], text: str, amount: Amount) -> bool:
    return words.search(text[max(0, amount.start - 40) : amount.start]) is not None


def _choice(amounts: list[Amount], text: str) -> tuple[str, ...]:
    """What is doubtful where a text states more than one price: the ends of a range, or several to choose from."""
    first, *others = amounts
    if others and (high := range_end(first, others[0], text)) is not None:
        return (f"The text states a range of prices from {first.value} to {high}.",)
    rivals = [
        other.value
        for other in others
        if other.value not in (0, first.value) and not _led_by(_ELSE, text, other) and not _EACH.match(text, other.end)
    ]
    return (f"The text states several prices: {first.value}, {', '.join(map(str, rivals))}.",) if rivals else ()


def range_end(low: Amount, high: Amount, text: str) -> Decimal | None:
    """The upper end, where the two amounts of a text, both with a currency, are the ends of one range."""
    return high.value if high.value > low.value and _RANGE.fullmatch(text, low.end, high.start) else None


def machine_amount(text: str) -> Amount | None:
    """The amount of a machine-readable field, where a lone point is the decimal mark by definition.

    A field such as `3.350` is read as written but doubted, since shops do put thousands there; computed
    fields (`57.47126437`) are rounded to cents. None for what is no amount, below zero or beyond any price.
    """
    text = text.strip()
    if _MACHINE.fullmatch(text):
        doubts = (ambiguous(text),) if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text) else ()
        return Amount(to_cents(Decimal(text)), text, None, 0, len(text), doubts)
    if _SCIENTIFIC.fullmatch(text):
        value = Decimal(text)
        return Amount(to_cents(Decimal(format(value, "f"))), text, None, 0, len(text)) if _bearable(value) else None
    return None if text.startswith(("-", "−")) else parse_amount(text)


def _bearable(value: Decimal) -> bool:
    return LARGEST > value >= Decimal("0.001") or value == 0


def _amount(text: str, number: re.Match[str], behind: int, decimal_mark: str | None) -> Amount | None:
    start, end = number.span()
    written = number[0]
    if text[end : end + 2].lstrip()[:1] == "%" or _EXPONENT.match(text, end):
        return None
    if start > 1 and text[start - 1] in "eE+-" and _BASE.search(text[max(0, start - 3) : start]):
        return None
    before, start = mark_before(text, max(behind, start - 10), start)
    after: str | None
    cents = None if before else _cents_behind_sign(text, written, end)
    if cents is not None:
        written, after, end = cents
    else:
        written, end = _with_parted_cents(text, written, number.start(), end, before)
        after, end = mark_after(text, end) if before is None or iso(before) is None else (None, end)
    mark = after if before is None or (after and iso(after)) else before
    if mark is None and (written[0] == "," or _UNIT.match(text, end)):
        return None  # a piece of a sentence; a size or a weight
    if mark == "ft" and _CENTS.search(written):
        return None  # feet: forints have no decimals
    read = read_number(written, mark, decimal_mark)
    if read is None:
        return None
    value, doubts = read
    return Amount(value, text[start:end].strip(), mark, start, end, doubts)


def _cents_behind_sign(text: str, written: str, end: int) -> tuple[str, str, int] | None:
    """The whole number, the sign and the end of `35€ 99`; None for what is written otherwise."""
    match = _SIGN_AS_POINT.match(text, end)
    if match is None or _CENTS.search(written):
        return None
    sign, cents = match[1] or match[3], match[2] or match[4]
    return f"{written}{'.' if ',' in written else ','}{cents}", sign, match.end()


def _with_parted_cents(text: str, written: str, start: int, end: int, before: str | None) -> tuple[str, int]:
    """The number with cents that stand behind a blank, and its end: `118, 99 TL`, `$ 8. 94`, `36. 24`."""
    colon = _COLON_CENTS.match(text, end) if text[max(0, start - 1) : start] != ":" else None
    if colon is not None and (before is not None or mark_after(text, colon.end())[0] is not None):
        return (f"{written}.{colon[1]}" if colon[1] else written), colon.end()
    match = _PARTED_CENTS.match(text, end)
    if match is None or match[1] in written or _CENTS.search(written):
        return written, end
    lead = text[:start].strip()
    marked = before is not None or mark_after(text, match.end())[0] is not None
    likely = len(lead) <= 20 if marked else not lead and match[1] == "."
    if not likely or any(map(str.isdigit, lead)):
        return written, end
    return f"{written}{match[1]}{match[2]}", match.end()


def _with_ranges(found: list[Amount], text: str) -> list[Amount]:
    """The amounts, with the one mark of `10,00 – 20,00 €` or `$10 – 20` on both ends."""
    for place, (low, high) in enumerate(pairwise(found)):
        if (low.mark is None) == (high.mark is None) or not _RANGE.fullmatch(text, low.end, high.start):
            continue
        alike = (_CENTS.search(low.raw.rstrip()) is None) == (not any(c in high.raw for c in ".,"))
        if not low.value < high.value <= low.value * _WIDEST_RANGE or not alike:
            continue
        if high.mark and text[high.start].isdigit():
            found[place] = replace(low, mark=high.mark)
        elif low.mark and text[low.end - 1].isdigit():
            found[place + 1] = replace(high, mark=low.mark)
    return found
