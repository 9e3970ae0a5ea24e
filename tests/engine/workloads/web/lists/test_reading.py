"""One reader for every file: whatever it is called, what is in it decides."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.lists.reading import read_list
from tests.engine.workloads.web.made import index, sitemap

PAGES = ("https://a.example/1", "https://a.example/2")

FILES = {
    "lines.txt": b"https://a.example/1\nhttps://a.example/2\n",
    "notes.md": b"# Kettles\n- [one](https://a.example/1)\n- two: https://a.example/2.\n",
    "table.txt": b"name,url\nKettle,https://a.example/1\nPot,https://a.example/2\n",
    "no-heading.dat": b"https://a.example/1;Kettle\nhttps://a.example/2;Pot\n",
    "table.csv": b"url\nhttps://a.example/1\nhttps://a.example/2\n",
    "excel.csv": "sep=;\r\nname;url\r\nKettle;https://a.example/1\r\nPot;https://a.example/2\r\n".encode("utf-16"),
    "nuls.csv": b"name,url\nKettle,https://a.example/1\0\nPot\0,https://a.example/2\n\0\0,\0\n",
    "no-mark.csv": "name,url\nKettle,https://a.example/1\nPot,https://a.example/2\n".encode("utf-16-le"),
    "open-quote.csv": b'url,name\nhttps://a.example/1,"Kettle\nhttps://a.example/2,Pot\n',
    "mixed-ends.csv": b"url,name\r\nhttps://a.example/1,Kettle\rhttps://a.example/2,Pot\n\r",
    "sitemap.xml": sitemap(*PAGES),
    "sitemap.txt": sitemap(*PAGES),
    "sitemap.xml.gz": gzip.compress(sitemap(*PAGES)),
    "not-packed.xml.gz": sitemap(*PAGES),
    "saved.html": b"<html><a href='https://a.example/1'>1</a><a href='https://a.example/2'>2</a></html>",
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same_pages(tmp_path: Path, name: str) -> None:
    assert read_list(FILES[name], name, Settings(home=tmp_path)).inputs.urls == PAGES


def test_which_column_was_read_is_told(tmp_path: Path) -> None:
    listed = read_list(FILES["table.txt"], "-", Settings(home=tmp_path))
    assert listed.told == ("The addresses are those of the column “url”.",)
    assert [column.name for column in listed.columns] == ["name", "url"]
    with pytest.raises(InputRefused, match="no column 'price'"):
        read_list(FILES["table.txt"], "-", Settings(home=tmp_path), "price")


def test_an_index_is_told_and_nothing_is_fetched(tmp_path: Path) -> None:
    listed = read_list(index("https://a.example/s.xml"), "index.xml", Settings(home=tmp_path))
    assert (listed.inputs.urls, listed.sitemaps) == ((), ("https://a.example/s.xml",))


@pytest.mark.parametrize("page", [b"<div>" * 200_000, b"<div " + b" ".join(b"a%d" % n for n in range(60_000)) + b">"])
def test_a_saved_page_that_would_cost_the_parser_minutes_is_cut(tmp_path: Path, page: bytes) -> None:
    links = b"<a href='https://a.example/1'>1</a><a href='https://a.example/2'>2</a>"
    listed = read_list(b"<html><body>" + links + page + links, "saved.html", Settings(home=tmp_path))
    assert listed.inputs.urls == PAGES and "nested deeper" in listed.told[0]


def test_lines_are_read_where_a_table_holds_too_large_a_cell_and_that_is_told(tmp_path: Path) -> None:
    listed = read_list(b'name,url\n"' + b"x" * 200_000 + b'",https://a.example/1\n', "t.csv", Settings(home=tmp_path))
    assert listed.inputs.urls == PAGES[:1] and "no whole table" in listed.told[0]
