"""Results of several runs together: the newest of each experiment, and saved files that anybody may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.lab.together.advice import advice
from engine.lab.together.compare import check_document, label_of
from engine.lab.together.latest import latest
from engine.lab.together.saved import read_files
from engine.lab.together.table import article_table
from engine.report.figures.lab import lab_figures
from tests.engine.lab.cases import startups
from tests.engine.lab.made import document, result, speeds


def at(day: int, found: dict[str, Any]) -> dict[str, Any]:
    """The document as if all of it had been measured on this day."""
    parts = [{**part, "started_at": f"2026-01-{day:02}T00:00:00+00:00"} for part in found["experiments"]]
    return {**found, "experiments": parts}


def test_without_any_figures_there_is_nothing() -> None:
    assert latest("machine", []) is None and latest("machine", [None, None]) is None


def test_of_each_experiment_the_newest_is_kept_in_the_labs_order() -> None:
    old = at(1, document("machine", speeds("waiting", threads=2), startups(1e-4, 5e-3), host="old"))
    new = at(2, document("machine", speeds("waiting", threads=4), host="new"))
    for documents in ([old, new], [new, old], [None, new, None, old]):
        found = latest("machine", documents)
        assert found is not None
        assert [part["name"] for part in found["experiments"]] == ["startup", "waiting"]
        assert [part["environment"]["host"] for part in found["experiments"]] == ["old", "new"]
        assert found["environment"]["host"] == "new" and (found["lab"], found["state"]) == ("machine", "finished")


def test_a_newer_part_without_a_figure_does_not_hide_an_older_one_that_has_some() -> None:
    old, empty = at(1, document("machine", speeds("waiting", threads=2))), at(2, document("machine", result("waiting")))
    for documents in ([old, empty], [empty, old]):
        found = latest("machine", documents)
        assert found is not None and found["experiments"][0]["points"]


def test_parts_of_another_lab_or_another_version_are_left_out() -> None:
    found = at(1, document("machine", speeds("waiting", threads=2)))
    found["experiments"].append({**found["experiments"][0], "name": "of another version"})
    assert latest("sharing", [found]) is None
    known = latest("machine", [found])
    assert known is not None and [part["name"] for part in known["experiments"]] == ["waiting"]


def test_figures_of_a_file_that_does_not_say_how_they_were_measured_are_shown_all_the_same() -> None:
    found = document("machine", speeds("waiting", threads=2))
    del found["mode"]
    shown = latest("machine", [found])
    assert shown is not None and shown["mode"] is None and shown["experiments"][0]["mode"] is None


def bare(found: dict[str, Any]) -> dict[str, Any]:
    """The document with nothing in it but what a file must hold."""
    needed = ("name", "title", "sentence", "points", "missing", "started_at", "seconds", "rounds", "busy", "warning")
    parts = [{name: part[name] for name in (*needed, "problem")} for part in found["experiments"]]
    return check_document({"lab": found["lab"], "environment": {}, "experiments": parts})


def test_a_file_that_holds_no_more_than_it_must_can_be_drawn_and_told() -> None:
    waits = speeds("waiting", threads=2, processes=2)
    shown = latest("machine", [bare(document("machine", waits, startups(1e-4, 5e-3)))])
    assert shown is not None
    assert all(drawn.data for part in shown["experiments"] for drawn in lab_figures(part))
    assert label_of(shown) == "unknown · unknown · Python ?" and advice(shown, None) and article_table(shown, None)


@pytest.mark.parametrize(
    "environment",
    [{"host": 7}, {"core_types": 7}, {"core_types": {"performance": "8"}}, {"gil": "yes"}, {"cpus_usable": -1}],
)
def test_a_file_whose_surroundings_no_page_could_show_is_refused(environment: dict[str, Any]) -> None:
    found = {**document("machine", speeds("waiting", threads=2)), "environment": environment}
    with pytest.raises(InputRefused, match="'environment' of the document cannot be"):
        check_document(found)


@pytest.mark.parametrize(("key", "value"), [("x_name", 7), ("log_x", "yes"), ("answer", 7), ("rounds", -1)])
def test_so_is_a_part_that_no_figure_could_be_drawn_of(key: str, value: Any) -> None:
    found = document("machine", speeds("waiting", threads=2))
    found["experiments"][0][key] = value
    with pytest.raises(InputRefused, match=f"'{key}' of an experiment cannot be"):
        check_document(found)


# Saved files.


def saved(folder: Path, name: str, content: bytes) -> tuple[Path, str]:
    (folder / name).write_bytes(content)
    return folder / name, f"{name} of somebody"


def test_files_of_this_lab_are_read_and_each_other_one_has_its_reason(tmp_path: Path) -> None:
    machine = document("machine", speeds("waiting", threads=2))
    whole = json.dumps(machine).encode()
    files = [
        saved(tmp_path, "good.json", whole),
        saved(tmp_path, "bom.json", b"\xef\xbb\xbf" + whole),
        saved(tmp_path, "cut.json", whole[:-9]),
        saved(tmp_path, "list.json", b"[]"),
        saved(tmp_path, "deep.json", b"[" * 100_000),
        saved(tmp_path, "other.json", json.dumps(document("sharing")).encode()),
        saved(tmp_path, "infinite.json", whole.replace(b'"seconds": 1.0', b'"seconds": Infinity')),
        (tmp_path / "gone.json", "gone.json of somebody"),
    ]
    documents, problems = read_files(files, "machine")
    assert documents[0] == machine
    told = {problem.partition(" of somebody")[0]: problem for problem in problems}
    assert "is no JSON file" in told["cut.json"] and "is no JSON file" in told["deep.json"]
    assert "holds no result of this lab (the document is no object)" in told["list.json"]
    assert "holds results of “sharing”: load it on that page." in told["other.json"]
    assert "'seconds' of an experiment cannot be 'inf'" in told["infinite.json"]
    assert "is no longer on this server (No such file or directory): load it again." in told["gone.json"]
    assert len(documents) + len(problems) == len(files)


def test_a_file_that_begins_with_a_byte_order_mark_is_read_as_windows_saves_it(tmp_path: Path) -> None:
    machine = document("machine", speeds("waiting", threads=2))
    file = saved(tmp_path, "bom.json", b"\xef\xbb\xbf" + json.dumps(machine).encode())
    assert read_files([file], "machine") == ([machine], [])
