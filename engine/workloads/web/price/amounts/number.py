"""A number as shops write it, to its value: which separator is the decimal mark, and which only parts thousands.

`1.299,00`, `1,299.00`, `1'299.–`, `1,29,900`, `1 299`: the reading of each separator follows from the string itself;
where it cannot (`3.350` is three thousand or three and a bit), the currency's own number of decimals and the page's
language decide, and the reading says that it was a guess. Knows nothing of texts around the number.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from engine.workloads.web.price.amounts.currency import decimals

GROUP_SPACES = " \u00a0\u202f\u2009\u2007"
_TAIL = r"(?:[.,][-–—]{1,2}(?!\d))?"
NUMBER = (
    rf"\d{{1,3}}(?:[{GROUP_SPACES}]\d{{3}}(?!\d))+(?:[.,]\d{{1,12}})?{_TAIL}"
    rf"|\d{{1,12}}(?:[.,'’٬٫·،](?=\d)\d{{1,20}}){{0,6}}{_TAIL}"
    r"|(?<![\w,/])(?<!\d\.)[.,]\d{2}(?!\d|[.,]\d)"
)
"""Groups parted by spaces; digits with other separators; cents alone (`.75`, `,89`)."""
LARGEST = Decimal(10) ** 10
CENT = Decimal("0.01")
_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
"""Most prices: nothing in them can be read in two ways."""
_CLEAN = str.maketrans({"٫": ".", "٬": "'", "،": ",", "’": "'", "·": ".", **dict.fromkeys(GROUP_SPACES, "'")})


def read_number(
    number: str, mark: str | None = None, decimal_mark: str | None = None
) -> tuple[Decimal, tuple[str, ...]] | None:
    """The value of a number as written and what is doubtful in it; None where its separators make no sense.

    `mark` is the currency beside it, `decimal_mark` the page's own (`.` or `,`).
    """
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
    return (tidy(value), doubts) if value < LARGEST else None


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
    return "", (ambiguous(digits),)


def ambiguous(text: str) -> str:
    """The sentence for a number that can be read in two ways."""
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


def tidy(value: Decimal) -> Decimal:
    """The value without idle zeros beyond two decimals (`129.0000` is `129.00`)."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        short = value.quantize(CENT)
        return short if short == value else value.normalize()
    return value


def to_cents(value: Decimal) -> Decimal:
    """A computed amount (57.47126437) as a shop shows it (57.47); three decimals and less are kept as written."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3 and value >= 1:
        return value.quantize(CENT, ROUND_HALF_UP)
    return tidy(value)
