"""Saved pages: one object a file, in order, whatever the file is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.workloads.web.price import files, read_files
from tests.engine.workloads.web.price.pages import BUY, shop

PAGE = shop(f"<p class='price'>£249.00</p>{BUY}").encode()
KEYS = {"file", "name", "price", "currency", "list_price", "availability", "source", "raw", "confidence", "error"}


def test_html_and_gzipped_html_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.html", tmp_path / "b.html.gz"
    plain.write_bytes(PAGE)
    packed.write_bytes(gzip.compress(PAGE))
    first, second = read_files([plain, packed])
    assert first["file"] == str(plain)
    assert {**first, "file": ""} == {**second, "file": ""}
    assert (first["price"], first["currency"], first["name"]) == ("249.00", "GBP", "Oak garden bench")
    assert first.keys() >= KEYS


def test_each_file_that_cannot_be_read_costs_one_object(tmp_path: Path) -> None:
    good, broken, empty = tmp_path / "good.html", tmp_path / "broken.html.gz", tmp_path / "empty.html"
    good.write_bytes(PAGE)
    broken.write_bytes(gzip.compress(PAGE)[:50])
    empty.write_bytes(b"")
    found = read_files([str(tmp_path / "absent.html"), broken, tmp_path, empty, good])
    assert [item["price"] for item in found] == [None, None, None, None, "249.00"]
    assert all(item["error"].endswith(".") for item in found[:4])
    assert "absent.html" in found[0]["error"]


def test_a_gzip_bomb_is_unpacked_only_up_to_the_largest_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_PAGE", 100_000)
    bomb = tmp_path / "bomb.html.gz"
    bomb.write_bytes(gzip.compress(PAGE + b" " * 50_000_000))
    assert len(files._bytes(bomb)) == 100_000
    assert read_files([bomb])[0]["price"] == "249.00"
