"""What counts as a change of a price, and what does not: a table of readings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.price_changes import ORDER, WORDS, ChangeKind, PriceReading, changes, decimal, in_words
from engine.protocol.results import scraped_page


def read(price: str | None = "10.00", **values: object) -> PriceReading:
    """A page that was read."""
    output = {"name": "Kettle", "price": price, "currency": "EUR", "availability": "in_stock", **values}
    return PriceReading(scraped_page(output))


GONE, BLOCKED = PriceReading(None, "not_found"), PriceReading(None, "timed_out")

PRICES = st.one_of(
    st.builds(read, st.sampled_from(["1.00", "2.50", "10"]), currency=st.sampled_from(["EUR", "USD"])),
    st.just(GONE),
    st.just(BLOCKED),
)

CASES: list[tuple[PriceReading, PriceReading | None, bool, ChangeKind | None]] = [
    (read("10.00"), read("10.00"), True, None),
    (read("10"), read("10.00"), True, None),
    (read("9.99"), read("10.00"), True, "down"),
    (read("10.01"), read("10.00"), True, "up"),
    (read("9.00", currency="USD"), read("10.00"), True, "currency"),
    (GONE, read("10.00"), True, "gone"),
    (PriceReading(None, "no_price"), read("10.00"), True, "gone"),
    (read("10.00", availability="out_of_stock"), read("10.00"), True, "gone"),
    (read("10.00"), read("10.00", availability="out_of_stock"), True, "back"),
    (read("10.00"), GONE, True, "back"),
    (read("10.00"), GONE, False, "new"),
    (read("10.00"), None, False, "new"),
    (GONE, None, False, None),
    (GONE, GONE, True, None),
    (BLOCKED, read("10.00"), True, None),
    (read("9.00"), BLOCKED, True, None),
    (read(None), read("10.00"), True, "gone"),
    (read("1e999"), read("10.00"), True, "gone"),
]


@pytest.mark.parametrize(("now", "before", "known", "kind"), CASES)
def test_what_a_pair_of_readings_says(
    now: PriceReading, before: PriceReading | None, known: bool, kind: ChangeKind | None
) -> None:
    found = changes({"u": now}, {} if before is None else {"u": before}, ["u"] if known else [])
    assert [change.kind for change in found] == ([] if kind is None else [kind])


def test_by_how_much_to_the_cent() -> None:
    (change,) = changes({"u": read("19.90")}, {"u": read("24.90")})
    assert (change.by, change.name, change.currency) == (Decimal("-5.00"), "Kettle", "EUR")
    assert change.share == pytest.approx(-0.2008, abs=1e-4)


def test_the_largest_fall_comes_first_and_the_count_is_told() -> None:
    now = {"a": read("9"), "b": read("5"), "c": read("11"), "d": GONE}
    found = changes(now, dict.fromkeys(now, read("10")))
    assert [change.address for change in found] == ["b", "a", "c", "d"]
    assert in_words(found) == "2 cheaper, 1 dearer, 1 gone"
    assert in_words([]) == "nothing changed"


def test_nothing_before_is_no_share() -> None:
    (change,) = changes({"u": read("1")}, {"u": read("0")})
    assert (change.kind, change.by, change.share) == ("up", Decimal(1), None)


# One reading


@pytest.mark.parametrize(
    ("reading", "offered"),
    [
        (read(), True), (read(availability=None), True), (read(availability="preorder"), True),
        (read(availability="out_of_stock"), False), (read(availability="sold_out"), False),
        (read(availability="discontinued"), False), (read(None), False), (read("on request"), False),
        (GONE, False), (PriceReading(None, "no_price"), False), (BLOCKED, None), (PriceReading(None), None),
    ],
)  # fmt: skip
def test_whether_a_product_could_be_bought(reading: PriceReading, offered: bool | None) -> None:
    assert reading.offered is offered


@pytest.mark.parametrize(
    ("text", "number"),
    [("19.90", Decimal("19.90")), ("0", Decimal(0)), ("-1", Decimal(-1)), (None, None), ("", None), ("NaN", None),
     ("Infinity", None), ("19,90", None)],
)  # fmt: skip
def test_a_price_is_a_finite_number(text: str | None, number: Decimal | None) -> None:
    assert decimal(text) == number


def test_an_imported_price_of_any_size_is_compared_exactly() -> None:
    (change,) = changes({"u": read("10000000000000000000.01")}, {"u": read("10000000000000000000.02")})
    assert (change.kind, change.by) == ("down", Decimal("-0.01"))


# One change


def test_another_currency_is_not_compared_in_amount() -> None:
    (change,) = changes({"u": read("9.00", currency="USD")}, {"u": read("10.00")})
    assert (change.kind, change.by, change.share) == ("currency", None, None)


def test_what_is_gone_keeps_the_name_and_the_price_that_it_had() -> None:
    (change,) = changes({"u": GONE}, {"u": read("10.00", name="Pot")})
    assert (change.name, change.before, change.price, change.currency) == ("Pot", Decimal("10.00"), None, "EUR")


def test_a_doubtful_price_makes_a_doubtful_change() -> None:
    (change,) = changes({"u": read("9.00", doubtful=True)}, {"u": read("10.00")})
    assert change.doubtful
    (gone,) = changes({"u": GONE}, {"u": read("10.00", doubtful=True)})
    assert not gone.doubtful, "that it is gone is not in doubt"


def test_equal_kinds_are_in_the_order_of_their_share_and_then_of_their_names() -> None:
    now = {"a": read("12", name="B"), "b": read("11", name="Z"), "c": read("12", name="A")}
    found = changes(now, dict.fromkeys(now, read("10")))
    assert [change.address for change in found] == ["b", "c", "a"]


@given(st.dictionaries(st.sampled_from("abcdef"), PRICES), st.dictionaries(st.sampled_from("abcdef"), PRICES))
def test_what_one_day_sees_fall_the_way_back_sees_rise(
    one: dict[str, PriceReading], other: dict[str, PriceReading]
) -> None:
    there = {change.address: change.kind for change in changes(one, other, "abcdef")}
    back = {change.address: change.kind for change in changes(other, one, "abcdef")}
    turned = {"down": "up", "up": "down", "back": "gone", "gone": "back", "currency": "currency"}
    both = {address for address in one if address in other}
    assert {address: turned[there[address]] for address in both & there.keys()} == {
        address: back[address] for address in both & back.keys()
    }


@given(st.dictionaries(st.sampled_from("abcdef"), PRICES))
def test_the_same_pages_read_twice_are_no_change(pages: dict[str, PriceReading]) -> None:
    assert changes(pages, pages) == []


def test_every_kind_has_a_word_and_all_but_the_same_a_place_in_the_order() -> None:
    assert set(ORDER) | {"same"} == set(WORDS)
    assert in_words([*changes({"u": read("9")}, {"u": read("10")})] * 1234) == "1,234 cheaper"
