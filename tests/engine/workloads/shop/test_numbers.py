"""How each shop writes money, as a table of examples."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.shop.catalogue import SHOPS
from engine.workloads.shop.numbers import NUMBERS


@pytest.mark.parametrize(
    ("number", "amount", "text"),
    [
        ("german", "1299.00", "1.299,00\u00a0€"),
        ("german", "89.90", "89,90\u00a0€"),
        ("french", "1299.00", "1\u202f299,00\u00a0€"),
        ("french", "89.90", "89,90\u00a0€"),
        ("dollar", "1299.00", "$1,299.00"),
        ("canadian", "12.5", "CA$12.50"),
        ("pound", "1299.00", "£1,299.00"),
        ("yen", "129900", "¥129,900"),
        ("swiss", "1299", "CHF\u00a01'299.–"),
        ("swiss", "1299.50", "CHF\u00a01'299.50"),
        ("indian", "129900", "₹1,29,900"),
        ("indian", "12990000", "₹1,29,90,000"),
        ("indian", "990", "₹990"),
        ("indian", "1000", "₹1,000"),
    ],
)
def test_written_as(number: str, amount: str, text: str) -> None:
    assert NUMBERS[number](Decimal(amount)) == text


def test_every_shop_has_its_own_way() -> None:
    assert {shop.number for shop in SHOPS} == set(NUMBERS)
