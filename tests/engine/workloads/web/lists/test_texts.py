"""Lines as people paste them: a table of what is found in each."""

from __future__ import annotations

import time

import pytest

from engine.workloads.web.lists.texts import Found, found_in

ONE = "https://a.example/1"

LINES = {
    ONE: [ONE],
    f"  {ONE}  ": [ONE],
    f"- {ONE}": [ONE],
    f"* {ONE}": [ONE],
    f"• {ONE}": [ONE],
    f"1. {ONE}": [ONE],
    f"12) {ONE}": [ONE],
    f"[Kettle]({ONE})": [ONE],
    f"- [Kettle]({ONE} \"blue\")": [ONE],
    f"[a]({ONE})[b](https://b.example/2)": [ONE, "https://b.example/2"],
    "[wiki](https://en.example/A_(b))": ["https://en.example/A_(b)"],
    f"<{ONE}>": [ONE],
    f'<a href="{ONE}?a=1&amp;b=2">Kettle</a>': [f"{ONE}?a=1&b=2"],
    f"<li><a class=x href={ONE}>Kettle</a>, <a href='https://b.example'>b</a></li>": [ONE, "https://b.example"],
    f'"{ONE}"': [ONE],
    f"“{ONE}”,": [ONE],
    f"'{ONE}'": [ONE],
    f"Kettle {ONE}": [ONE],
    f"Kettle: {ONE} (blue)": [ONE],
    f"{ONE};Kettle": [f"{ONE};Kettle"],
    f"Kettle,{ONE}": [ONE],
    f"{ONE},": [ONE],
    f"{ONE}.": [ONE],
    f"see ({ONE}).": [ONE],
    f"{ONE}, https://b.example/2; https://c.example/3": [ONE, "https://b.example/2", "https://c.example/3"],
    f"{ONE},https://b.example/2": [ONE, "https://b.example/2"],
    f"{ONE} https://b.example/2": [ONE, "https://b.example/2"],
    f"\u200b{ONE}\ufeff": [ONE],
    f"\u00a0{ONE}\u2060": [ONE],
    "https://a.example/x?list=1,2,3": ["https://a.example/x?list=1,2,3"],
    "HTTPS://A.example/1": ["HTTPS://A.example/1"],
    f'=HYPERLINK("{ONE}";"Kettle")': [ONE],
    "nonsense": ["nonsense"],
    "ftp://c.example/x": ["ftp://c.example/x"],
    "javascript:alert(1)": ["javascript:alert(1)"],
    "someone@shop.example": ["someone@shop.example"],
    "# https://a.example/1": [],
    "": [],
    " \u200b ": [],
}


@pytest.mark.parametrize("line", LINES)
def test_what_a_line_holds(line: str) -> None:
    assert found_in(line) == [Found(text) for text in LINES[line]]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("www.shop.example/kettle", ["https://www.shop.example/kettle"]),
        ("- www.shop.example", ["https://www.shop.example"]),
        ("shop.example", ["https://shop.example"]),
        ("shop.example:8080/x", ["https://shop.example:8080/x"]),
        ("Kettle shop.example/kettle", ["https://shop.example/kettle"]),
        ("bücher.example/buch", ["https://bücher.example/buch"]),
    ],
)
def test_an_address_without_a_scheme_is_read_as_https(line: str, wanted: list[str]) -> None:
    assert found_in(line) == [Found(text, completed=True) for text in wanted]


@pytest.mark.parametrize(
    "line",
    ["](http://a" * 200_000, "<a " * 200_000, "https://a/" + ")" * 500_000, "a." * 300_000, "a" * 500_000 + "."],
)
def test_no_line_takes_long(line: str) -> None:
    begun = time.process_time()
    found_in(line)
    assert time.process_time() - begun < 3
