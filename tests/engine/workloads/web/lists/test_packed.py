"""Packed lists: twice, in members, cut off, growing without end; and files that are no lists at all."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.lists.packed import CAP, MOST_MEMBERS, unpacked
from engine.workloads.web.lists.reading import read_list

LINES = b"https://a.example/1\nhttps://a.example/2\n"
TABLE = b"url,picture\nhttps://a.example/1,https://a.example/1.jpg\nhttps://a.example/2,https://a.example/2.jpg\n"
PAGES = ("https://a.example/1", "https://a.example/2")


@pytest.mark.parametrize(
    "data",
    [gzip.compress(gzip.compress(LINES)), gzip.compress(LINES[:20]) + gzip.compress(LINES[20:]), gzip.compress(TABLE)],
    ids=["packed twice", "in two members", "a table"],
)
def test_what_is_packed_is_read_as_if_it_were_not(tmp_path: Path, data: bytes) -> None:
    assert read_list(data, "pages.csv.gz", Settings(home=tmp_path)).inputs.urls == PAGES


def test_of_a_file_that_is_cut_off_the_beginning_is_read_and_that_is_told(tmp_path: Path) -> None:
    lines = b"".join(b"https://a.example/%d\n" % number for number in range(5_000))
    listed = read_list(gzip.compress(lines)[:9_000], "pages.txt.gz", Settings(home=tmp_path))
    assert len(listed.inputs.urls) > 1_000 and "cut off" in listed.told[0]


def test_a_file_of_members_without_end_is_read_to_a_limit() -> None:
    begun = time.thread_time()
    data, problem = unpacked(gzip.compress(b"a") + gzip.compress(b"") * (20 * MOST_MEMBERS))
    assert data == b"a" and problem is not None
    assert time.thread_time() - begun < 5


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gzip.compress(bytes(CAP + 1)), "more than 50 MB"),
        (b"\x1f\x8bnothing", "damaged"),
        (b"PK\x03\x04" + bytes(200), "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0" + bytes(200), "save it as CSV"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        read_list(data, "pages.csv", Settings(home=tmp_path))
