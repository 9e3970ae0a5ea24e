"""Selectors by shop: read from files as people write them, kept, found for a host, and refused where they are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.workloads.web.price.selectors import from_file, keep, kept, problem_of, selector_for

WANTED = {"shop.example": ".price > b", "andere.example": "#preis"}


@pytest.mark.parametrize(
    "text",
    [
        "shop.example .price > b\nandere.example #preis\n",
        "# my shops\n\n  shop.example\t.price > b\r\n  HTTPS://Andere.example/   #preis  \n",
        json.dumps(WANTED),
        "\ufeff" + json.dumps({"https://shop.example": ".price > b", "ANDERE.example": " #preis "}),
    ],
)
def test_a_file_of_selectors_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "selectors").write_text(text, encoding="utf-8", newline="")
    assert from_file(tmp_path / "selectors") == WANTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shop.example div[[", "not understood"),
        ("shop.example", "line 1 holds no selector"),
        ("{", "no JSON"),
        ('{"shop.example": 3}', "is no text"),
        ('{"shop.example": ""}', "is empty"),
        ('{"two words": ".price"}', "is no host"),
        ("shop.example " + "a" * 1_001, "longer than"),
        ("\n".join(f"s{number}.example .p" for number in range(5_001)), "more than 5,000"),
        ('{"a":' * 100_000, "no JSON"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "selectors").write_text(text)
    with pytest.raises(InputRefused, match=said) as refusal:
        from_file(tmp_path / "selectors")
    assert "selectors" in str(refusal.value) and str(refusal.value).endswith(".")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="There is no file"):
        from_file(tmp_path / "none")
    with pytest.raises(InputRefused, match="cannot be read"):
        from_file(tmp_path)


def test_what_is_kept_is_there_for_the_next_and_nobody_else(tmp_path: Path) -> None:
    assert kept(tmp_path) == {}
    keep(tmp_path, WANTED)
    assert kept(tmp_path) == WANTED
    assert (tmp_path / "selectors.json").stat().st_mode & 0o077 == 0
    keep(tmp_path, {})
    assert kept(tmp_path) == {}
    with pytest.raises(InputRefused):
        keep(tmp_path, {"shop.example": "div[["})


@pytest.mark.parametrize("host", ["shop.example", "www.shop.example", "SHOP.example"])
@pytest.mark.parametrize("key", ["shop.example", "www.shop.example"])
def test_a_shop_is_the_same_with_and_without_www(host: str, key: str) -> None:
    assert selector_for(host, {key: ".price"}) == ".price"
    assert selector_for(host, {"other.example": ".price"}) is None


@pytest.mark.parametrize("selector", [".a", "#a", "a > b", "[data-price]", "meta[itemprop=price]", "td:nth-child(2)"])
def test_usual_selectors_have_no_problem(selector: str) -> None:
    assert problem_of(selector) is None
