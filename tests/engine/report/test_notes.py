"""What is remarkable about the results of a resize, counted over all of its pictures."""

from __future__ import annotations

from typing import Any

import pytest

from engine.report.documents.document import import_document
from engine.report.notes import notes_of
from engine.store import Store
from tests.engine.report.made import document, failed, photo, record


def notes(store: Store, *outputs: Any) -> dict[str, int]:
    records = [record(task, f"{task}.jpg", output) for task, output in enumerate(outputs)]
    return dict(notes_of(store, import_document(store, document(records, "resize"))))


def test_each_note_is_counted_over_all_pictures(store: Store) -> None:
    found = notes(
        store, photo("a.jpg", note="first frame only"), photo("b.jpg", note="gain map left out"),
        photo("c.jpg", note="first frame only"), photo("d.jpg"),
    )  # fmt: skip
    assert found == {"first frame only": 2, "gain map left out": 1}


def test_several_notes_of_one_picture_are_counted_apart(store: Store) -> None:
    assert notes(store, photo("a.jpg", note="first frame only; gain map left out")) == {
        "first frame only": 1, "gain map left out": 1,
    }  # fmt: skip


def test_a_note_on_several_sizes_of_one_picture_counts_that_picture_once(store: Store) -> None:
    small, tiny = photo("a-small.jpg", note="first frame only"), photo("a-tiny.jpg", note="gain map left out")
    assert notes(store, photo("a.jpg", note="first frame only", also=[small, tiny])) == {
        "first frame only": 1, "gain map left out": 1,
    }  # fmt: skip


def test_the_quality_that_an_aim_has_led_to_is_each_pictures_own_affair(store: Store) -> None:
    assert notes(store, photo("a.jpg", note="quality 71"), photo("b.jpg", note="quality 64; first frame only")) == {
        "first frame only": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "output",
    [None, 7, ["note"], "a note", {"note": None}, {"note": 7}, {"also": "note"}, {"also": [7, None], "note": ""}],
)
def test_a_result_of_another_shape_has_no_notes(store: Store, output: Any) -> None:
    assert {note for note in notes(store, output) if note} == set()


def test_a_size_without_notes_beside_one_of_another_shape_does_not_hide_the_others(store: Store) -> None:
    assert notes(store, photo("a.jpg", also=[None, 7, photo("b.jpg", note="first frame only")])) == {
        "first frame only": 1,
    }  # fmt: skip


def test_a_picture_that_failed_has_no_notes(store: Store) -> None:
    broken = {**failed(0, "a.jpg"), "output": photo("a.jpg", note="half")}
    assert notes_of(store, import_document(store, document([broken], "resize"))) == {}
