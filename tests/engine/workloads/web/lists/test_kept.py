"""Texts beside memory, and what tells which were there before."""

from __future__ import annotations

import errno
import gzip
import io
import pickle
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.lists import apart, kept, reading, tables
from engine.workloads.web.lists.inputs import collect
from engine.workloads.web.lists.kept import Seen, Texts, distinct
from engine.workloads.web.lists.reading import AddressList, read_file, read_list

ANY = st.lists(st.text(st.characters(), max_size=8), max_size=40)


@pytest.fixture(params=[0, 7, 10**6], ids=["all in the file", "some in the file", "none in the file"])
def pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "IN_MEMORY", request.param)
    monkeypatch.setattr(kept, "AT_ONCE", 3)


@pytest.mark.usefixtures("pages")
def test_they_are_what_was_added() -> None:
    added = ["", "a", "töpfe", "", "\ud800", "b" * 20, "https://a.example/1", "x"]
    texts = Texts(added)
    assert list(texts) == added == texts and len(texts) == len(added)
    assert [texts[at] for at in range(-8, 8)] == [*added, *added]
    assert texts[2:4] == ("töpfe", "") and texts[::-1] == tuple(reversed(added))
    assert texts.first(3) == added[:3] == list(texts.first(3)) and len(texts.first(99)) == len(added)
    assert pickle.loads(pickle.dumps(texts.first(2))) == ("", "a")
    assert texts != added[:-1] and texts != [*added[:-1], "y"]
    with pytest.raises(IndexError):
        texts[8]


@given(ANY)
def test_each_once_in_the_order_in_which_they_came_first(texts: list[str]) -> None:
    assert distinct(texts) == list(dict.fromkeys(texts))


def test_texts_of_one_hash_are_told_apart_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "hash", lambda _: 5, raising=False)
    assert list(distinct("abcabca" * 3)) == ["a", "b", "c"]
    careless = Seen()
    assert (careless.number_of("a", 0), careless.number_of("b", 1)) == (0, 0)


def test_very_many_are_found_again_after_the_table_has_grown() -> None:
    seen = Seen()
    assert [seen.number_of(str(number), number) for number in range(5_000)] == list(range(5_000))
    assert all(seen.number_of(str(number), -1 & 0xFFFF) == number for number in range(0, 5_000, 7))
    assert len(seen) == 5_000


def test_a_disk_without_room_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kept, "IN_MEMORY", 10)
    monkeypatch.setattr(kept, "TemporaryFile", lambda **_: Full())
    with pytest.raises(InputRefused, match=r"The list cannot be kept in .* \(No space left on device\): free some"):
        Texts(["x" * 100])


LINES = [
    "# our shops", "https://a.example/1", "HTTPS://A.example:443/1", "",
    "- [Kettle](https://b.example/2), www.c.example/3", "no address",
    "https://d.example/\x0bhttps://e.example/\x85ftp://f.example/", "https://a.example/1", "\0",
]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "cp1252"])
def test_a_long_list_is_read_as_a_short_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, mark: str, charset: str
) -> None:
    settings = Settings(home=tmp_path, max_urls=3)
    text = mark * (charset == "utf-8") + end.join([*LINES, "https://ö.example/ö", *LINES])
    data = text.encode(charset, "replace")
    whole = read_list(data, "urls.txt", settings)
    monkeypatch.setattr(reading, "HEAD", 60)
    assert same(read_file(io.BytesIO(data), "urls.txt", settings), whole)
    assert whole.inputs.duplicates and whole.inputs.rubbish and whole.inputs.over_limit


@pytest.mark.parametrize(
    "name", ["table.csv", "pages.xml", "pages.html", "packed.gz", "tabular.txt", "broken.csv", "open.csv"]
)
def test_a_long_file_of_another_kind_is_read_as_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    pages = [f"https://a.example/{number}" for number in range(30)]
    table = "name;picture;page\n" + "".join(f"kettle;x;{page}\n" for page in pages)
    data = {
        "table.csv": table.encode(),
        "tabular.txt": table.encode(),
        "broken.csv": f'sep=;\r\n"{"x" * 200_000}";y\r\n{table}'.encode(),  # too large a cell: its lines are read
        "open.csv": b"\xef\xbb\xbf" + table.replace("kettle", 'ket"tle\0', 1).encode(),
        "pages.xml": f"<urlset>{''.join(f'<url><loc>{page}</loc></url>' for page in pages)}</urlset>".encode(),
        "pages.html": f"<html><body>{''.join(f'<a href={page}>x</a>' for page in pages)}</body></html>".encode(),
        "packed.gz": gzip.compress("\n".join(pages).encode()),
    }[name]
    settings = Settings(home=tmp_path)
    monkeypatch.setattr(reading, "HEAD", 80)
    found = read_file(io.BytesIO(data), name, settings)
    assert same(found, read_list(data, name, settings)) and found.inputs.urls == pages


class Watched(io.BytesIO):
    """A file that remembers the most bytes that were ever asked of it at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.most = max(self.most, len(data := super().read(size)))
        return data


def test_a_long_table_is_never_in_memory_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "HEAD", 1_000)
    monkeypatch.setattr(tables, "LOOKED_THROUGH", 1_000)
    monkeypatch.setattr(tables, "_BLOCK", 1_000)
    monkeypatch.setattr(kept, "IN_MEMORY", 1_000)
    rows = "".join(f'{n},"Lamp, no. {n}",https://a.example/{n}\n' for n in range(3_000))
    file = Watched(f"sku,name,page\n{rows}".encode())
    settings = Settings(home=tmp_path)
    found = read_file(file, "table.csv", settings)
    assert file.most < 10_000 < len(file.getvalue()) / 10
    assert same(found, read_list(file.getvalue(), "table.csv", settings)) and len(found.inputs.urls) == 3_000
    assert not file.closed and [column.addresses for column in found.columns] == [0, 0, 3_000]


def test_the_apps_reader_opens_a_file_and_reads_it_no_more_than_a_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").write_bytes(b"sku,page\n" + b"".join(b"%d,https://a.example/%d\n" % (n, n) for n in range(300)))
    monkeypatch.setattr(reading, "HEAD", 1_000)
    monkeypatch.setattr(reading, "read_list", None)  # what reads a whole file
    found = apart.file(tmp_path / "kept", "pages.csv", Settings(home=tmp_path), None)
    assert len(found.inputs.urls) == 300 and found.column == "page"


def same(one: AddressList, other: AddressList) -> bool:
    ours, theirs = one.inputs, other.inputs
    assert (list(ours.urls), ours.sentences, ours.blank) == (list(theirs.urls), theirs.sentences, theirs.blank)
    assert (list(ours.duplicates), list(ours.rubbish)) == (list(theirs.duplicates), list(theirs.rubbish))
    return (one.told, one.column, one.sitemaps) == (other.told, other.column, other.sitemaps)


def test_a_list_takes_a_fraction_of_its_size_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "IN_MEMORY", 10_000)
    count = 20_000
    lines = [f"https://shop{number % 500}.example/{'x' * 100}/{number}" for number in range(count)]
    lines += lines[: count // 4] + ["rubbish " + "x" * 100] * (count // 4)
    tracemalloc.start()
    try:
        found = collect(iter(lines), Settings(home=tmp_path, max_urls=count))
        each = tracemalloc.get_traced_memory()[1] / len(lines)
    finally:
        tracemalloc.stop()
    assert (len(found.urls), len(found.duplicates), len(found.rubbish)) == (count, count // 4, count // 4)
    assert each < 100, f"{each:.0f} bytes an entry, of 130 characters"
    assert Counter(item.why[:14] for item in found.rubbish) == {"'rubbish xxxxx": count // 4}
