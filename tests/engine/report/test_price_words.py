"""A change of a price in one line, whatever a stranger's page calls its product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.analysis.price_changes import ChangeKind, PriceChange
from engine.report.price_words import change_line, shown


def change(kind: ChangeKind, price: str | None, before: str | None, **values: Any) -> PriceChange:
    now, earlier = (None if text is None else Decimal(text) for text in (price, before))
    given: dict[str, Any] = {
        "address": "https://shop.example/kettle", "name": "Kettle", "currency": "EUR", "doubtful": False, **values,
    }  # fmt: skip
    return PriceChange(kind=kind, price=now, before=earlier, **given)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (change("down", "19.90", "24.90"),
         "cheaper: Kettle, 19.90 instead of 24.90 EUR (-20.1%), https://shop.example/kettle"),
        (change("up", "30", "24"), "dearer: Kettle, 30 instead of 24 EUR (+25.0%), https://shop.example/kettle"),
        (change("up", "30", "24", currency=None),
         "dearer: Kettle, 30 instead of 24 (+25.0%), https://shop.example/kettle"),
        (change("new", "19.90", None), "new: Kettle, 19.90 EUR, https://shop.example/kettle"),
        (change("back", "19.90", None, currency=None), "back: Kettle, 19.90, https://shop.example/kettle"),
        (change("gone", None, "24.90"), "gone: Kettle, was 24.90 EUR, https://shop.example/kettle"),
        (change("gone", None, None), "gone: Kettle, https://shop.example/kettle"),
        (change("currency", "19.90", "24.90"),
         "in another currency: Kettle, 19.90 EUR, https://shop.example/kettle"),
        (change("up", "5", "0"), "dearer: Kettle, 5 EUR, https://shop.example/kettle"),
    ],
)  # fmt: skip
def test_each_kind_of_change_has_its_line(found: PriceChange, line: str) -> None:
    assert change_line(found) == line


def test_a_product_without_a_name_is_called_by_its_address_once() -> None:
    assert change_line(change("new", "5", None, name=None)) == "new: https://shop.example/kettle, 5 EUR"


def test_a_doubtful_price_says_so_before_the_address() -> None:
    assert change_line(change("new", "5", None, doubtful=True)) == (
        "new: Kettle, 5 EUR, doubtful, https://shop.example/kettle"
    )
    assert change_line(change("new", "5", None, doubtful=True, name=None)).endswith("5 EUR, doubtful")


def test_a_very_small_and_a_very_large_price_have_no_exponent() -> None:
    assert "0.0000001 instead of 1000000000000000000000" in change_line(change("down", "1E-7", "1E+21"))


@pytest.mark.parametrize("text", ["\x1b[2Jred", "a\rb", "a\nb", "\u202eright to left", "\x00", "\ud800", "\x9b31m"])
def test_nothing_in_a_name_moves_the_cursor_or_turns_the_line_round(text: str) -> None:
    line = change_line(change("new", "5", None, name=text, address=f"https://a.example/{text}"))
    assert line.isprintable() and len(line.splitlines()) == 1


def test_a_very_long_name_is_cut() -> None:
    assert len(shown("x" * 999)) == 200
    assert shown("Ä kettle – 1.7 l") == "Ä kettle – 1.7 l"
