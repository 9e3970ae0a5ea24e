"""What counts as a change of a price, and what does not: a table of readings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.analysis.price_changes import Kind, Reading, changes, in_words
from engine.protocol.results import scraped_page


def read(price: str | None = "10.00", **values: object) -> Reading:
    """A page that was read."""
    output = {"name": "Kettle", "price": price, "currency": "EUR", "availability": "in_stock", **values}
    return Reading(scraped_page(output))


GONE, BLOCKED = Reading(None, "not_found"), Reading(None, "timed_out")

CASES: list[tuple[Reading, Reading | None, bool, Kind | None]] = [
    (read("10.00"), read("10.00"), True, None),
    (read("10"), read("10.00"), True, None),
    (read("9.99"), read("10.00"), True, "down"),
    (read("10.01"), read("10.00"), True, "up"),
    (read("9.00", currency="USD"), read("10.00"), True, "currency"),
    (GONE, read("10.00"), True, "gone"),
    (Reading(None, "no_price"), read("10.00"), True, "gone"),
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
def test_what_a_pair_of_readings_says(now: Reading, before: Reading | None, known: bool, kind: Kind | None) -> None:
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
