"""The first results of a job, as a terminal shows them."""

from __future__ import annotations

from engine.report.documents.document import import_document
from engine.report.first_results import MOST, first_results
from engine.store import Store
from tests.engine.report.made import document, failed, photo, record, shop_page


def test_a_page_is_its_product_and_price_and_a_failed_one_its_reason(store: Store) -> None:
    doubtful = shop_page(doubtful=True, doubts=["Two prices were there."], price="1299.00")
    pages = [record(0, "http://a/1", shop_page()), record(1, "http://a/2", doubtful), failed(2, "http://a/3")]
    assert first_results(store, import_document(store, document(pages))) == [
        {"product": "Desk lamp", "price": "39.90", "currency": "EUR", "remark": ""},
        {"product": "Desk lamp", "price": "1299.00", "currency": "EUR", "remark": "Doubtful: Two prices were there."},
        {"product": "http://a/3", "price": "", "currency": "", "remark": "The page is gone."},
    ]


def test_a_picture_is_its_pixels_and_all_that_was_written_of_it(store: Store) -> None:
    sizes = photo("/x/a-400.jpg", also=[photo("/x/a-100.jpg", width=100, bytes=5_000)], note="first frame")
    made = document([record(0, "a.jpg", sizes), record(1, "b.jpg", {"path": 3})], "resize")
    assert first_results(store, import_document(store, made)) == [
        {"photo": "a.jpg", "pixels": "400 × 300", "before": "2.0 MB", "after": "25 kB", "remark": "first frame"},
        {"photo": "b.jpg", "pixels": "", "before": "", "after": "", "remark": ""},
    ]


def test_only_the_first_are_told_in_the_tasks_order_and_a_long_name_is_cut(store: Store) -> None:
    pages = [record(task, f"http://a/{task}", shop_page(name=f"{task} {'long ' * 20}")) for task in range(MOST + 5)]
    found = first_results(store, import_document(store, document(pages[::-1])))
    assert [row["product"].split()[0] for row in found] == [str(task) for task in range(MOST)]
    assert {len(row["product"]) for row in found} == {48}
    assert found[0]["product"].endswith("…")


def test_other_work_and_comparisons_have_none(store: Store) -> None:
    assert first_results(store, import_document(store, document([record(0, "a", 12)], "compute"))) == []
    assert first_results(store, import_document(store, document([record(0, "a")], kind="comparison"))) == []
