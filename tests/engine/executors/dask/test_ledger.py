"""The ledger on a scheduler: turns at hosts and kept values, by a clock that the tests turn."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import pytest

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed.", allow_module_level=True)

from engine.executors.dask import ledger
from engine.executors.dask.ledger import LEASE_S, Ledger


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    monkeypatch.setattr(ledger, "time", made)
    yield made


def enter(book: Ledger, who: str = "one", host: str = "shop", gap_s: float = 1.0, parallel: int = 2) -> dict[str, Any]:
    return book.answer({"do": "enter", "who": who, "host": host, "gap_s": gap_s, "parallel": parallel})


def tell(book: Ledger, do: str, lease: int, who: str = "one", **more: Any) -> None:
    book.answer({"do": do, "who": who, "host": "shop", "lease": lease, **more})


def test_the_gap_runs_from_the_request_and_not_from_the_permission(clock: Clock) -> None:
    book = Ledger()
    first = enter(book)
    clock.now += 5
    assert "later" in enter(book, "two"), "the first is not yet on its way"
    tell(book, "sent", first["lease"], gap_s=1.0)
    assert "later" in enter(book, "two")
    clock.now += 1.12
    assert "lease" in enter(book, "two")


def test_who_is_put_off_comes_back_a_gap_after_the_one_before(clock: Clock) -> None:
    book = Ledger()
    tell(book, "sent", enter(book)["lease"], gap_s=1.0)
    delays = [enter(book, str(number))["later"] for number in range(4)]
    assert delays[0] == pytest.approx(1.11)
    assert [round(b - a, 3) for a, b in pairwise(delays)] == [1.0, 1.0, 1.0]


def test_no_more_requests_are_in_flight_than_a_host_may_have(clock: Clock) -> None:
    book = Ledger()
    leases = []
    for number in range(2):
        leases.append(enter(book, str(number), gap_s=0)["lease"])
        tell(book, "sent", leases[-1], gap_s=0)
    assert "later" in enter(book, "three", gap_s=0)
    tell(book, "leave", leases[0], well=True)
    clock.now += 1
    assert "lease" in enter(book, "three", gap_s=0)


def test_hosts_do_not_wait_for_each_other(clock: Clock) -> None:
    book = Ledger()
    assert all("lease" in enter(book, host=f"shop {number}") for number in range(50))


def test_a_host_that_fails_is_slowed_and_recovers(clock: Clock) -> None:
    book = Ledger()
    for _ in range(2):
        book.answer({"do": "err", "who": "one", "host": "shop", "gap_s": 1.0})
    assert enter(book)["gap_s"] == 3.0, "1 s, and what two errors added to it"
    for _ in range(ledger.RECOVERY):
        tell(book, "leave", 0, well=True)
    assert book.hosts["shop"].slow_s == 1.0


def test_a_pause_that_a_host_asks_for_holds_for_all(clock: Clock) -> None:
    book = Ledger()
    book.answer({"do": "pause", "who": "one", "host": "shop", "pause_s": 20.0})
    assert enter(book, "two")["later"] >= 20
    clock.now += 20.01
    assert "lease" in enter(book, "three")


def test_what_a_worker_held_that_died_is_given_back_and_the_gap_is_kept(clock: Clock) -> None:
    book = Ledger()
    enter(book, "dead")
    book.answer({"do": "claim", "who": "dead", "key": "robots claim shop", "kept_s": 60.0})
    book.answer({"do": "put", "who": "dead", "key": "trip x", "value": {"hops": 1}, "kept_s": 60.0})
    book.answer({"do": "release", "who": "dead"})
    assert "later" in enter(book, "two"), "its request may have been on its way"
    clock.now += 0.3
    assert "lease" in enter(book, "two")
    assert book.answer({"do": "claim", "who": "two", "key": "robots claim shop", "kept_s": 60.0})["mine"]
    assert book.answer({"do": "get", "who": "two", "key": "trip x"})["value"] == {"hops": 1}


def test_a_lease_whose_holder_vanished_unseen_ends_by_its_age(clock: Clock) -> None:
    book = Ledger()
    enter(book, "vanished")
    clock.now += LEASE_S + 1
    assert "lease" in enter(book, "two")


def test_values_are_kept_for_as_long_as_was_said(clock: Clock) -> None:
    book = Ledger()
    book.answer({"do": "put", "who": "one", "key": "robots a", "value": {"text": "x"}, "kept_s": 10.0})
    clock.now += 4
    assert book.answer({"do": "get", "who": "two", "key": "robots a"}) == {"value": {"text": "x"}, "age_s": 4.0}
    clock.now += 7
    assert book.answer({"do": "get", "who": "two", "key": "robots a"}) == {}


def test_what_is_over_is_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST", 10)
    book = Ledger()
    for number in range(10):
        lease = enter(book, host=f"shop {number}")["lease"]
        book.answer({"do": "sent", "who": "one", "host": f"shop {number}", "lease": lease, "gap_s": 1.0})
        book.answer({"do": "leave", "who": "one", "host": f"shop {number}", "lease": lease, "well": True})
        book.answer({"do": "put", "who": "one", "key": str(number), "value": 1, "kept_s": 1.0})
    held = enter(book, host="held")["lease"]
    clock.now += 60
    enter(book, host="new")
    book.answer({"do": "put", "who": "one", "key": "new", "value": 1, "kept_s": 1.0})
    book.answer({"do": "put", "who": "one", "key": "newer", "value": 1, "kept_s": 1.0})
    assert held and set(book.hosts) == {"held", "new"}
    assert set(book.kept) <= {"new", "newer", "9"}
