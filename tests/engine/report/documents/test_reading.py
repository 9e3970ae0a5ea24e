"""Which documents are refused, and that the sentence names the place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.report.documents.document import import_document
from engine.report.documents.reading import read_document
from engine.store import Store
from tests.engine.report.made import document, record

DOCUMENTS = Path(__file__).parents[3] / "pages" / "documents"
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> dict[str, Any]:
    """A good document with one change."""
    given = copy.deepcopy(document([record(0, "a"), record(1, "b")]))
    change(given)
    return given


def test_a_good_document_passes_unchanged() -> None:
    given = document([record(0, "a")])
    assert read_document(given) == given


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("trials"), "the document has no 'trials'"),
        (lambda d: d.update(run="41"), "'run' of the document"),
        (lambda d: d.update(state="sleeping"), "'state' of the document"),
        (lambda d: d.update(format="other"), "'format' of the document"),
        (lambda d: d.update(version=99), "newer Overlap"),
        (lambda d: d.update(trials=[1]), "trial 0 is no object"),
        (lambda d: d.update(verdict={"sentences": [1]}), "'sentences' of the verdict"),
        (lambda d: d.update(verdict={"sentences": [], "warnings": [{}]}), "a warning of the verdict has no 'sentence'"),
        (lambda d: d.update(created_at="yesterday"), "'created_at' of the document"),
        (lambda d: d["trials"][0].update(workers=-1), "'workers' of trial 0"),
        (lambda d: d["trials"][0].update(wall_s="fast"), "'wall_s' of trial 0"),
        (lambda d: d["trials"][0].update(wall_s=float("inf")), "'wall_s' of trial 0"),
        (lambda d: d["trials"][0].update(configuration={"executor": 1}), "'configuration' of trial 0"),
        (lambda d: d["trials"][0].update(samples=[{"at_s": 0}]), "a sample of trial 0 has no"),
        (lambda d: d["trials"].append(d["trials"][0]), "two trials have the order 0"),
        (lambda d: d["trials"][0]["records"][1].update(task=0), "task 0 stands twice in trial 0"),
        (lambda d: d["trials"][0]["records"][1].update(status="fine"), "'status' of record 1 of trial 0"),
        (lambda d: d["trials"][0]["records"][1].update(worker=True), "'worker' of record 1"),
        (lambda d: d["trials"][0]["records"][1].update(task=2**70), "'task' of record 1"),
        (lambda d: d["trials"][0]["records"][1].update(label="\ud800"), "'label' of record 1"),
    ],
)
def test_a_fault_is_named_with_its_place(change: Change, said: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_document(changed(change))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"not json", b"[]", b"[" * 100_000, b'{"run": NaN}', b'{"run": 1e999}'],
)
def test_a_file_that_is_no_document_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(InputRefused, match=r"JSON|exported"):
        read_document(file)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"none\.json cannot be read"):
        read_document(tmp_path / "none.json")


@pytest.mark.parametrize("which", ["machine", "sharing"])
def test_what_a_lab_printed_is_read_as_the_run_that_measured_it(which: str, tmp_path: Path, store: Store) -> None:
    saved = json.loads((DOCUMENTS / f"{which}.json").read_text(encoding="utf-8"))
    (tmp_path / "printed.json").write_text(json.dumps(saved["verdict"]), encoding="utf-8")
    run = import_document(store, read_document(tmp_path / "printed.json"))
    assert (run.kind, run.workload, run.state) == ("experiment", which, saved["verdict"]["state"])
    assert run.verdict == saved["verdict"]


def test_figures_of_no_lab_are_refused(tmp_path: Path) -> None:
    (tmp_path / "printed.json").write_text('{"experiments": [], "lab": "kitchen"}', encoding="utf-8")
    with pytest.raises(InputRefused, match="no result of this lab"):
        read_document(tmp_path / "printed.json")
