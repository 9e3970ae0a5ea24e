"""Lists of addresses from text and tables, and what is said of the rest."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.web.inputs import collect, from_file, from_table, from_text, table_columns


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


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_file_may_have_any_charset(limits: Settings, charset: str) -> None:
    data = "https://shop.example/größe\r\nhttps://shop.example/2\r\n".encode(charset)
    assert len(from_file(data, limits).urls) == 2


TABLE = 'name;link;picture\n"Kettle; blue";https://a.example/1;https://img.example/1\nPot;https://a.example/2;\n'


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_column_with_most_addresses_is_taken(limits: Settings, delimiter: str) -> None:
    data = TABLE.replace("Kettle; blue", "Kettle").replace(";", delimiter).encode()
    assert from_table(data, limits).urls == ("https://a.example/1", "https://a.example/2")


def test_a_column_can_be_chosen_by_name_or_number(limits: Settings) -> None:
    data = TABLE.encode()
    columns = [(column.name, column.addresses) for column in table_columns(data)]
    assert columns == [("name", 0), ("link", 2), ("picture", 1)]
    assert from_table(data, limits, "picture").urls == from_table(data, limits, 2).urls == ("https://img.example/1",)
    with pytest.raises(InputRefused, match="no column 'price'; its columns are 'name', 'link', 'picture'"):
        from_table(data, limits, "price")


def test_a_table_without_a_heading_has_numbered_columns(limits: Settings) -> None:
    data = b"1,https://a.example/1\n2,https://a.example/2\n"
    assert [column.name for column in table_columns(data)] == ["column 1", "column 2"]
    assert len(from_table(data, limits).urls) == 2


def test_a_single_column_is_a_table_too(limits: Settings) -> None:
    assert from_table(b"url\nhttps://a.example/1\nhttps://a.example/2", limits).urls[1] == "https://a.example/2"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "empty"), (b"a,b\nc,d\n", "No column"), (b'"' + b"x" * 200_000, "cannot be read as a table")],
)
def test_what_is_no_table_of_addresses_is_refused(limits: Settings, data: bytes, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        from_table(data, limits)
