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
