"""The rules of all origins in one file: shared, found again, begun anew, and never believed when damaged."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.workloads.web.politeness.robots import Robots, store_in
from engine.workloads.web.politeness.robots_store import RobotsStore

A, B = "https://a.example", "https://b.example"


def until(seconds: float = 60) -> float:
    return time.time() + seconds


def test_what_one_keeps_all_find(tmp_path: Path) -> None:
    first, second = RobotsStore(tmp_path), RobotsStore(tmp_path)
    assert first.find(A) == {} == second.find(A)
    first.keep(A, {"text": "one"}, until())
    second.keep(B, {"text": "two"}, until())
    second.keep(A, {"text": "three"}, until())
    for store in (first, second, RobotsStore(tmp_path)):
        assert [store.find(origin)["text"] for origin in (A, B)] == ["three", "two"]


def test_what_is_over_is_not_found(tmp_path: Path) -> None:
    store = RobotsStore(tmp_path)
    store.keep(A, {"text": "one"}, until(-1))
    assert store.find(A) == {}


def test_a_full_file_begins_anew_and_all_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.workloads.web.politeness.robots_store.LARGEST_FILE", 1_000)
    first, second = RobotsStore(tmp_path), RobotsStore(tmp_path)
    for number in range(40):
        first.keep(f"https://{number}.example", {"text": "x" * 100}, until())
        assert second.find(f"https://{number}.example")["text"] == "x" * 100
    assert second.find("https://0.example") == {}
    assert (tmp_path / "robots.store").stat().st_size <= 1_000


def test_a_file_of_yesterday_begins_anew(tmp_path: Path) -> None:
    RobotsStore(tmp_path).keep(A, {"text": "one"}, until(10**6))
    os.utime(tmp_path / "robots.store", (time.time() - 90_000,) * 2)
    assert RobotsStore(tmp_path).find(A) == {}


@pytest.mark.parametrize("content", [b"\xff" * 5_000, b"\x01" * 16, b"", b"\0" * 16 + b"rbts" + b"\xff" * 100])
def test_a_damaged_file_holds_nothing_and_takes_new_rules(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "robots.store").write_bytes(content)
    store = RobotsStore(tmp_path)
    assert store.find(A) == {}
    store.keep(A, {"text": "one"}, until())
    assert RobotsStore(tmp_path).find(A)["text"] == "one" == store.find(A)["text"]


def test_a_crash_in_the_middle_of_a_record_leaves_those_before(tmp_path: Path) -> None:
    store = RobotsStore(tmp_path)
    store.keep(A, {"text": "one"}, until())
    with open(tmp_path / "robots.store", "ab") as file:
        file.write(b"rbts\x05\0")
    assert RobotsStore(tmp_path).find(A)["text"] == "one"
    RobotsStore(tmp_path).keep(B, {"text": "two"}, until())
    assert store.find(B)["text"] == "two"


def test_rules_that_no_longer_fit_in_memory_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.workloads.web.politeness.robots.CHARACTERS_IN_MEMORY", 200)
    robots = Robots(store_in(tmp_path))
    for number in range(20):
        with robots.claim(f"https://{number}.example") as claim:
            assert claim is not None and claim.known is None
            claim.learn(f"User-agent: *\nDisallow: /{number}\nCrawl-delay: {number}\n")
    for number in range(20):
        rules = robots.get(f"https://{number}.example")
        assert rules is not None and rules.crawl_delay_s == number
        assert not rules.parser.can_fetch(f"https://{number}.example/{number}", "Overlap")
