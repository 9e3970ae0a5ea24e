"""How each demo shop writes an amount of money: a function each, one line in a literal dict.

Pure; used by `engine.workloads.shop.markup` and `engine.workloads.shop.pages`. The formats follow Unicode's CLDR
for each locale, with the Swiss dash for whole francs that shops use there.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

NARROW_SPACE = "\u202f"
SPACE = "\u00a0"


def german(amount: Decimal) -> str:
    """1.299,00 €"""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + f"{SPACE}€"


def french(amount: Decimal) -> str:
    """1 299,00 €, the thousands parted by a narrow no-break space"""
    return f"{amount:,.2f}".replace(",", NARROW_SPACE).replace(".", ",") + f"{SPACE}€"


def dollar(amount: Decimal) -> str:
    """$1,299.00"""
    return f"${amount:,.2f}"


def canadian(amount: Decimal) -> str:
    """CA$1,299.00"""
    return f"CA${amount:,.2f}"


def pound(amount: Decimal) -> str:
    """£1,299.00"""
    return f"£{amount:,.2f}"


def yen(amount: Decimal) -> str:
    """¥129,900"""
    return f"¥{amount:,.0f}"


def swiss(amount: Decimal) -> str:
    """CHF 1'299.– for whole francs, CHF 1'299.50 otherwise"""
    whole = amount == amount.to_integral_value()
    digits = f"{amount:,.0f}.–" if whole else f"{amount:,.2f}"
    return f"CHF{SPACE}" + digits.replace(",", "'")


def indian(amount: Decimal) -> str:
    """₹1,29,900: the last three digits, then groups of two"""
    digits = f"{amount:.0f}"
    head, tail = digits[:-3], digits[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return "₹" + ",".join([*reversed(groups), tail])


NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "german": german,
    "french": french,
    "dollar": dollar,
    "canadian": canadian,
    "pound": pound,
    "yen": yen,
    "swiss": swiss,
    "indian": indian,
}
