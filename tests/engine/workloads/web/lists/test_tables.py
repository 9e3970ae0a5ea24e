"""Tables as spreadsheets and shops save them, and which of their columns is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.workloads.web.lists.inputs import Inputs
from engine.workloads.web.lists.tables import best_column, column_inputs, is_table, table_of


def from_table(data: bytes, limits: Settings, column: str | int | None = None) -> Inputs:
    """The addresses of one column."""
    return column_inputs(table_of(data), limits, column)[0]


@pytest.fixture
def limits(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


TABLE = 'name;link;picture\n"Kettle; blue";https://a.example/1;https://img.example/1\nPot;https://a.example/2;\n'


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_column_with_most_addresses_is_taken(limits: Settings, delimiter: str) -> None:
    data = TABLE.replace("Kettle; blue", "Kettle").replace(";", delimiter).encode()
    assert from_table(data, limits).urls == ("https://a.example/1", "https://a.example/2")


def test_a_column_can_be_chosen_by_name_or_number(limits: Settings) -> None:
    data = TABLE.encode()
    columns = [(column.name, column.addresses) for column in table_of(data).columns]
    assert columns == [("name", 0), ("link", 2), ("picture", 1)]
    assert from_table(data, limits, "picture").urls == from_table(data, limits, 2).urls == ("https://img.example/1",)
    with pytest.raises(InputRefused, match="no column 'price'; its columns are 'name', 'link', 'picture'"):
        from_table(data, limits, "price")


def test_a_table_without_a_heading_has_numbered_columns(limits: Settings) -> None:
    data = b"1,https://a.example/1\n2,https://a.example/2\n"
    assert [column.name for column in table_of(data).columns] == ["column 1", "column 2"]
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


def test_pages_come_before_pictures_and_a_column_of_pictures_before_none(limits: Settings) -> None:
    data = b"picture,page\n" + b"https://i.example/0.jpg,https://a.example/0\n" * 5
    assert from_table(data, limits).urls[0] == "https://a.example/0"
    only = table_of(b"name,picture\nKettle,https://i.example/1.png?w=3\n").columns
    best = best_column(only)
    assert best is not None and (best.name, best.pages, best.pictures) == ("picture", 0, 1)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n", "sep=\t\r\n"])
def test_what_excel_saves_is_read(limits: Settings, charset: str, first: str) -> None:
    delimiter = first[4:5] or ";"
    rows = [["Bezeichnung", "Größe", "Adresse"], ['"Töpfe, blau"', "3", "https://a.example/töpfe?a=1;b=2"]]
    lines = [delimiter.join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in rows]
    text = first + "".join(f"{line}\r\n" for line in lines)
    table = table_of(text.encode(charset))
    assert table.heading == ("Bezeichnung", "Größe", "Adresse")
    assert from_table(text.encode(charset), limits).urls == ("https://a.example/töpfe?a=1;b=2",)


def test_a_line_may_end_within_quotes(limits: Settings) -> None:
    data = b'name,url\n"Kettle,\nblue",https://a.example/1\n"Pot ""x""",https://a.example/2\n'
    assert from_table(data, limits).urls == ("https://a.example/1", "https://a.example/2")


@pytest.mark.parametrize(
    "cell", ['"=HYPERLINK(""https://a.example/1"",""Kettle"")"', '=HYPERLINK("https://a.example/1";"Kettle")']
)
def test_a_cell_that_links_is_its_address(limits: Settings, cell: str) -> None:
    separator = "," if cell.startswith('"') else "\t"
    assert from_table(f"name{separator}link\nKettle{separator}{cell}\n".encode(), limits).urls == ("https://a.example/1",)


def test_addresses_without_a_scheme_are_read_as_https_and_said(limits: Settings) -> None:
    found = from_table(b"shop;address\nA;www.a.example/1\nB;www.b.example\n", limits)
    assert found.urls == ("https://www.a.example/1", "https://www.b.example")
    assert "2 addresses without a scheme are read as https." in found.sentences


def test_a_column_may_be_named_by_its_number_as_people_count(limits: Settings) -> None:
    assert from_table(b"1,https://a.example/1\n2,https://a.example/2\n", limits, "2").urls[1] == "https://a.example/2"
    with pytest.raises(InputRefused, match="no column '3'"):
        from_table(b"1,https://a.example/1\n", limits, "3")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("name,url\nKettle,https://a.example/1\nPot,https://a.example/2\n", True),
        ("https://a.example/1;Kettle\nhttps://a.example/2;Pot\n", True),
        ("https://a.example/1\nhttps://a.example/2\n", False),
        ("https://a.example/1, https://a.example/2\nhttps://a.example/3, https://a.example/4\n", False),
        ("- [Kettle](https://a.example/1)\n- [Pot](https://a.example/2)\n", False),
        ("Kettle https://a.example/1\nPot https://a.example/2\n", False),
        ("", False),
    ],
)
def test_a_table_is_told_from_lines_of_text(text: str, answer: bool) -> None:
    assert is_table(text.encode()) == answer
