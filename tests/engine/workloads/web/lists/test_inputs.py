"""Lists of addresses from text and tables, and what is said of the rest."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from engine.config import Settings
from engine.workloads.web.lists.inputs import collect, from_text


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_each_address_is_taken_once_in_order_and_the_rest_is_reported(limits: Settings) -> None:
    text = "https://b.example/1\n\n  https://a.example/2  \nHTTPS://B.example:443/1#t\nnonsense\nftp://c.example\n# no"
    found = from_text(text, limits)
    assert found.urls == ("https://b.example/1", "https://a.example/2")
    assert [(item.place, item.why) for item in found.duplicates] == [(4, "It is the same as entry 1.")]
    assert [item.place for item in found.rubbish] == [5, 6] and "http and https" in found.rubbish[1].why
    assert found.blank == 2
    assert found.sentences == ("1 duplicate was left out.", "2 entries are no web addresses.")


def test_what_exceeds_the_limit_is_counted_and_said(limits: Settings) -> None:
    few = dataclasses.replace(limits, max_urls=3)
    found = collect([f"https://a.example/{index}" for index in range(10)], few)
    assert (len(found.urls), found.over_limit) == (3, 7)
    assert "Only the first 3 addresses are taken; 7 are beyond this limit" in found.sentences[0]


def test_a_hundred_thousand_lines_take_seconds(limits: Settings) -> None:
    begun = time.monotonic()
    found = from_text("\n".join(f"https://shop{index % 50}.example/{index}" for index in range(100_000)), limits)
    assert (len(found.urls), found.over_limit) == (limits.max_urls, 100_000 - limits.max_urls)
    assert time.monotonic() - begun < 5
