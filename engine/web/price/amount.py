"""Amounts of money in text, in every number format that shops use, as Decimal.

`1.299,00 €`, `$1,299.00`, `CHF 1'299.–`, `₹1,29,900`, `1 299 kr`: the reading of each separator follows
from the string itself; where it cannot (`3.350` is three thousand or three and a bit), the currency's
own number of decimals and the page's language decide, and the amount says that it was a guess.
price-parser takes the first number of a text and reads `3.350` silently; hence a reader of our own.
This module knows nothing of pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from engine.web.price.currency import SIGNS, decimals, is_mark, iso

GROUP_SPACES = " \u00a0\u202f\u2009\u2007"
NUMBER = (
    rf"\d{{1,12}}(?:[.,'’٬٫·](?=\d)\d{{1,12}}|[{GROUP_SPACES}]\d{{3}}(?!\d)){{0,6}}"
    r"(?:[.,](?:[-–—]{1,2}(?!\d)))?|(?<![\d.,])\.\d{2}(?!\d)"
)
NUMBERS = re.compile(NUMBER)
_BEFORE = re.compile(rf"(?:(?<![^\W\d_])([^\W\d_]{{1,5}}\.?/?)\s?)?([{SIGNS}]?)[\s\u00a0:]{{0,3}}$")
_AFTER = re.compile(rf"[\s\u00a0]{{0,2}}(?:([{SIGNS}])(?!\s?[\d.])\s?([A-Z]{{3}})?|([^\W\d_]{{1,5}}\.?))(?![^\W\d_])")
_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
"""Most prices: nothing in them can be read in two ways."""
EURO_AS_POINT = re.compile(r"(?<=\d)([€£])(\d{2})(?![\d.,])")
LARGEST = Decimal(10) ** 10
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
    Percentages are left out.
    """
    text = text[:LONGEST_TEXT]
    if "€" in text or "£" in text:
        text = EURO_AS_POINT.sub(r",\2\1", text)
    found: list[Amount] = []
    behind = 0
    for match in NUMBERS.finditer(text):
        amount = _amount(text, match, behind, decimal_mark)
        if amount is not None:
            behind = amount.end
            found.append(amount)
            if len(found) >= limit:
                break
    return found


def parse_amount(text: str, decimal_mark: str | None = None) -> Amount | None:
    """The one amount that a text states: the first with a currency beside it, else the first number; None without."""
    found = find_amounts(text, decimal_mark, limit=8)
    return next((amount for amount in found if amount.mark), found[0] if found else None)


def machine_amount(text: str) -> Amount | None:
    """The amount of a machine-readable field, where a lone point is the decimal mark by definition.

    A field such as `3.350` is read as written but doubted, since shops do put thousands there.
    """
    text = text.strip()
    if re.fullmatch(r"\d{1,10}\.\d{1,8}", text):
        doubts = (_ambiguous(text),) if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text) else ()
        return Amount(_tidy(Decimal(text)), text, None, 0, len(text), doubts)
    return parse_amount(text)


def _amount(text: str, number: re.Match[str], behind: int, decimal_mark: str | None) -> Amount | None:
    start, end = number.span()
    if text[end : end + 2].lstrip()[:1] == "%":
        return None
    before, start = _mark_before(text, max(behind, start - 10), start)
    after, end = _mark_after(text, end) if before is None or iso(before) is None else (None, end)
    mark = after if before is None or (after and iso(after)) else before
    read = read_number(number[0], mark, decimal_mark)
    if read is None:
        return None
    value, doubts = read
    return Amount(value, text[start:end].strip(), mark, start, end, doubts)


def _mark_before(text: str, earliest: int, start: int) -> tuple[str | None, int]:
    """The currency written right before `start`, and where it begins: `US $`, `CHF`, `Rs.`, `$`."""
    match = _BEFORE.search(text[earliest:start])
    if match is None:
        return None, start
    letters, sign = match.groups()
    if letters and sign and is_mark(letters + sign):
        return letters + sign, earliest + match.start()
    if letters and is_mark(letters.rstrip(".")):
        return letters, earliest + match.start()
    return (sign, earliest + match.start(2)) if sign else (None, start)


def _mark_after(text: str, end: int) -> tuple[str | None, int]:
    """The currency written right behind `end`, and where it ends."""
    match = _AFTER.match(text, end)
    if match is None:
        return None, end
    sign, code, letters = match.groups()
    if code and is_mark(code):
        return code, match.end()
    if sign:
        return sign, match.end(1)
    return (letters, match.end()) if letters and is_mark(letters.rstrip(".")) else (None, end)


def read_number(
    number: str, mark: str | None = None, decimal_mark: str | None = None
) -> tuple[Decimal, tuple[str, ...]] | None:
    """The value of a number as written and what is doubtful in it; None where its separators make no sense."""
    if _PLAIN.fullmatch(number):
        return Decimal(number), ()
    digits = number.rstrip(".,-–—").translate(_CLEAN)
    points, commas = digits.count("."), digits.count(",")
    doubts: tuple[str, ...] = ()
    if points and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        if digits.count(decimal) > 1:
            return None
    elif points + commas == 1:
        decimal, doubts = _lone(digits, "." if points else ",", mark, decimal_mark)
    else:
        decimal = ""
    whole, _, fraction = digits.partition(decimal) if decimal else (digits, "", "")
    if not _grouped(whole):
        return None
    try:
        value = Decimal(re.sub(r"\D", "", whole) + ("." + fraction if fraction else "") or "x")
    except InvalidOperation:
        return None
    return (_tidy(value), doubts) if value < LARGEST else None


_CLEAN = str.maketrans({"٫": ".", "٬": "'", "’": "'", "·": ".", **dict.fromkeys(GROUP_SPACES, "'")})


def _lone(digits: str, separator: str, mark: str | None, decimal_mark: str | None) -> tuple[str, tuple[str, ...]]:
    """Whether the only separator is the decimal mark (returned) or parts thousands (the empty string)."""
    whole, _, rest = digits.partition(separator)
    if len(rest) != 3 or "'" in whole or len(whole) > 3 or whole in ("", "0", "00", "000"):
        return separator, ()
    places = decimals(mark)
    if places == 3:
        return separator, ()
    if places == 0:
        return "", ()
    if decimal_mark and decimal_mark != separator:
        return "", ()
    if decimal_mark is None and separator == ",":
        return "", ()
    return "", (_ambiguous(digits),)


def _ambiguous(text: str) -> str:
    return f"“{text}” can be read with a thousands mark or with three decimals."


def _grouped(whole: str) -> bool:
    """Whether the parts between group marks have 3 digits, or 2 in the Indian way (12,34,567)."""
    parts = re.split(r"[.,']", whole)
    if len(parts) == 1:
        return True
    if not 1 <= len(parts[0]) <= 3:
        return False
    return all(len(part) == 3 for part in parts[1:]) or (
        len(parts[-1]) == 3 and len(parts[0]) <= 2 and all(len(part) == 2 for part in parts[1:-1])
    )


def _tidy(value: Decimal) -> Decimal:
    """The value without idle zeros beyond two decimals (`129.0000` is `129.00`)."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        short = value.quantize(Decimal("0.01"))
        return short if short == value else value.normalize()
    return value
