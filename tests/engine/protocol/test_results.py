"""What a resize gave, whoever wrote it: sizes that are not known count on neither side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.protocol.results import WrittenFile, price_of, resized_picture, scraped_page, shop_of, total_sizes

pytestmark = pytest.mark.heart


@pytest.mark.parametrize(
    ("output", "sizes"),
    [
        ({"source_bytes": 1000, "bytes": 100, "also": [{"bytes": 50}]}, (1000, 150)),
        ({"source_bytes": 1000, "bytes": 100, "also": [{"path": "b.jpg"}]}, None),
        ({"source_bytes": 1000}, None),
        ({"source_bytes": 0, "bytes": 100}, None),
        ({"source_bytes": "1000", "bytes": 100}, None),
        ({"bytes": 3}, None),
    ],
    ids=["two sizes", "one size unknown", "nothing written", "an empty source", "a text for a number", "no source"],
)
def test_sizes_are_those_of_the_source_and_of_all_that_was_written(output: Any, sizes: tuple[int, int] | None) -> None:
    picture = resized_picture(json.dumps(output))
    assert picture is not None
    assert picture.sizes == sizes


def test_what_is_no_object_is_no_picture() -> None:
    assert resized_picture([1]) is None and resized_picture("not JSON") is None


def test_pictures_whose_sizes_are_not_known_count_on_neither_side() -> None:
    outputs = [{"source_bytes": 10, "bytes": 4}, {"source_bytes": 90}, None, {"source_bytes": 5, "bytes": 6}]
    assert total_sizes(resized_picture(output) for output in outputs) == (15, 10)


# What a resize gave.


def test_a_picture_is_read_with_every_file_made_of_it_the_first_size_first() -> None:
    found = resized_picture(
        {"path": "a.jpg", "width": 10, "height": 20, "bytes": 5, "source_width": 100, "source_height": 200,
         "source_format": "JPEG", "note": "first frame", "also": [{"path": "b.jpg", "width": 5}]}
    )  # fmt: skip
    assert found is not None
    assert found.files == (WrittenFile("a.jpg", 10, 20, 5), WrittenFile("b.jpg", 5, None, None))
    assert (found.source_width, found.source_height, found.source_format) == (100, 200, "JPEG")
    assert (found.note, found.written_bytes) == ("first frame", None)


@pytest.mark.parametrize("also", [None, "x", 7, {"path": "b"}, [1, "x", None]], ids=repr)
def test_other_sizes_that_are_none_are_passed_over(also: Any) -> None:
    found = resized_picture({"path": "a.jpg", "bytes": 5, "also": also})
    assert found is not None and [file.path for file in found.files] == ["a.jpg"]


@pytest.mark.parametrize(
    "value", ["10", -1, 1.5, True, None, [10], 10**400, float("nan")], ids=lambda one: repr(one)[:8]
)
def test_an_edge_that_is_no_whole_number_is_unknown(value: Any) -> None:
    found = resized_picture({"path": "a.jpg", "width": value})
    assert found is not None and found.files[0].width is None


def test_a_whole_number_may_be_spelled_as_a_float() -> None:
    found = resized_picture({"width": 10.0})
    assert found is not None and found.files[0].width == 10 and type(found.files[0].width) is int


@pytest.mark.parametrize("path", [None, 7, ["a"], "\ud800.jpg"])
def test_a_path_that_no_database_holds_is_unknown(path: Any) -> None:
    found = resized_picture({"path": path})
    assert found is not None and found.files[0].path is None


# What a scrape gave.


def test_a_page_is_read_with_all_that_was_found() -> None:
    found = scraped_page(json.dumps(
        {"name": "Brush", "price": "12.50", "currency": "EUR", "availability": "in stock", "gtin": "123", "sku": "B1",
         "raw": "12,50 €", "doubtful": True, "doubts": ["two prices"], "list_price": "15", "member_price": 11,
         "coupon": "5 off", "unchanged_since": "2026-01-01T00:00:00+00:00"}
    ))  # fmt: skip
    assert found is not None
    assert (found.name, found.price, found.price_text, found.currency) == ("Brush", 12.5, "12.50", "EUR")
    assert (found.availability, found.gtin, found.sku, found.raw) == ("in stock", "123", "B1", "12,50 €")
    assert (found.doubtful, found.doubts, found.coupon) == (True, ("two prices",), "5 off")
    assert (found.list_price, found.member_price) == (15.0, 11.0)
    assert found.unchanged_since == "2026-01-01T00:00:00+00:00"


def test_what_an_older_version_did_not_write_is_unknown() -> None:
    found = scraped_page({"name": "Brush"})
    assert found is not None
    assert (found.price, found.price_text, found.doubtful, found.doubts, found.coupon) == (None, None, False, (), None)


@pytest.mark.parametrize(
    ("value", "price"),
    [("12.5", 12.5), (3, 3.0), (0, 0.0), ("", None), ("12,5", None), (None, None), (True, None), ([1], None),
     ("inf", None), ("nan", None), (10**400, None), ("-1", -1.0)],
    ids=lambda value: repr(value)[:9],
)  # fmt: skip
def test_a_price_is_a_finite_number_or_none(value: Any, price: float | None) -> None:
    assert price_of(value) == price


@pytest.mark.parametrize("doubts", ["text", None, 7, {"a": 1}])
def test_doubts_that_are_no_list_are_none(doubts: Any) -> None:
    found = scraped_page({"doubts": doubts})
    assert found is not None and found.doubts == ()


@pytest.mark.parametrize("doubtful", [1, "true", None, []])
def test_only_true_is_doubtful(doubtful: Any) -> None:
    found = scraped_page({"doubtful": doubtful})
    assert found is not None and found.doubtful is False


@pytest.mark.parametrize("output", [None, 7, [], "[]", "not JSON", '"text"'])
def test_what_is_no_object_is_no_page(output: Any) -> None:
    assert scraped_page(output) is None


@pytest.mark.parametrize(
    ("url", "shop"),
    [
        ("https://www.shop.example/a?b", "shop.example"),
        ("https://SHOP.example:8443/", "shop.example"),
        ("http://127.0.0.1:8000/north/brush-1", "north"),
        ("demo://north/brush-1", "brush-1"),
        ("http://localhost/", "demo"),
        ("http://[broken", "http://[broken"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_address_belongs_to_its_host_or_to_the_demo_shops_folder(url: str, shop: str) -> None:
    assert shop_of(url) == shop
