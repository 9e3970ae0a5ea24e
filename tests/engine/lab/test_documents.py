"""The article's table, the advice and saved results side by side: all from figures, none from a fixed text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.lab import EXPERIMENTS, experiment
from engine.lab.model import Result
from engine.lab.together.advice import advice
from engine.lab.together.compare import check_document, compare_documents, label_of, labels
from engine.lab.together.latest import latest
from engine.lab.together.table import NOT_MEASURED, article_table
from engine.machine.cores import core_types, count_of
from engine.report.figures.colours import EXECUTORS
from engine.report.figures.lab import CHARTS, lab_figures, side_by_side
from tests.engine.lab.cases import CASES, both, crash, handovers, memories, startups, transfers
from tests.engine.lab.made import document, point, speeds

PIPE_S = (5e-5, 1e-4, 0.2)




def usual() -> tuple[dict[str, Any], dict[str, Any]]:
    machine = document(
        "machine",
        startups(1e-4, 5e-3),
        memories(0.02, 3, 19),
        handovers(5e-6, 1e-4),
        speeds("pure_python", threads=0.98, processes=1.9),
        both(1.9, 1.8),
        speeds("waiting", threads=2, processes=1.9),
        replace(crash(0), points=(*crash(0).points, point("processes", "recovery", 0.05))),
    )
    return machine, document("sharing", transfers((5e-5, 5e-5, 5e-5), PIPE_S, 2e-5))


def test_the_table_has_the_article_s_rows_with_figures_in_every_cell() -> None:
    rows = article_table(*usual())
    dimensions = ["Execution", "Memory", "Start-up", "Communication", "Isolation", "Best for"]
    assert [row.dimension for row in rows] == dimensions
    cells = {row.dimension: (row.threads, row.processes) for row in rows}
    assert cells["Execution"][0] == "pure Python in turns: 0.98× on 2 workers"
    assert cells["Execution"][1] == "pure Python side by side: 1.90× on 2 workers"
    assert cells["Memory"] == ("20 kB a worker (PSS)", "3 MB a worker (PSS, fork)")
    assert cells["Start-up"] == ("100 µs a worker", "5 ms (fork) and 45 ms (spawn) a worker")
    assert "20 µs for 64 B, 20 µs for 64 MiB" in cells["Communication"][0]
    assert "50 µs for 64 B, 200 ms for 64 MiB" in cells["Communication"][1]
    assert "at work again after 50 ms" in cells["Isolation"][1]
    assert cells["Best for"][0] == "hashing (1.9×), resizing images (1.8×) and waiting (2.0×)"
    assert cells["Best for"][1].startswith("pure Python (1.9×)")
    assert all(row.experiment in EXPERIMENTS[row.lab] for row in rows)


def test_the_table_s_cells_turn_with_the_figures() -> None:
    free_threaded = document("machine", speeds("pure_python", threads=1.9, processes=1.0))
    rows = {row.dimension: row for row in article_table(free_threaded, None)}
    assert "side by side" in rows["Execution"].threads
    assert "in turns" in rows["Execution"].processes
    assert rows["Best for"].threads == "pure Python (1.9×)"
    assert rows["Best for"].processes == "nothing that was measured here"
    assert rows["Memory"].threads == rows["Communication"].processes == NOT_MEASURED


def test_without_documents_the_table_is_open() -> None:
    assert {cell for row in article_table(None, None) for cell in (row.threads, row.processes)} == {NOT_MEASURED}
    assert advice(None, None) == []


def test_the_advice_follows_the_figures() -> None:
    told = " ".join(advice(*usual()))
    assert "For tasks that mostly wait, threads are enough here: 2.0 times with threads" in told
    assert "For tasks in pure Python, take processes here" in told
    assert "For hashing, threads are enough here" in told
    assert "shared memory here from about 64 KiB on" in told
    assert "tasks much longer than 100 µs" in told


def test_the_advice_turns_with_the_figures() -> None:
    free_threaded, slow = speeds("pure_python", threads=1.9, processes=1.9), speeds("waiting", threads=1, processes=1)
    machine = document("machine", free_threaded, slow)
    told = " ".join(advice(machine, document("sharing", transfers((5e-5, 1e-4, 0.3), PIPE_S, 2e-5))))
    assert "For tasks in pure Python, threads are enough here" in told
    assert "For tasks that mostly wait, neither gains here" in told
    assert "Shared memory gains nothing over a pipe here" in told


def test_saved_results_lie_side_by_side_by_system_and_python() -> None:
    one = document("machine", startups(1e-4, 5e-3))
    other = document("machine", startups(2e-4, 9e-3), handovers(1e-6, 1e-4), host="there", python="3.14.0")
    rows = compare_documents([one, other])
    first = rows[0]["points"]
    assert list(first) == ["here · Linux 6 · Python 3.11.7", "there · Linux 6 · Python 3.14.0"]
    assert [shown["median"] for shown in first.values()] == [1e-4, 2e-4]
    assert [row["points"][label_of(one)] for row in rows if row["experiment"] == "handover"] == [None, None]


def test_results_of_one_machine_are_told_apart() -> None:
    one = document("machine", startups(1e-4, 5e-3))
    assert labels([one, one]) == [f"{label_of(one)} (1)", f"{label_of(one)} (2)"]
    assert "no GIL" in label_of({"environment": {"gil": False}})


@pytest.mark.parametrize(
    "other", [[], {}, {"lab": "kitchen"}, {"lab": "machine", "experiments": [{}], "environment": {}}, None, 7]
)
def test_what_is_no_result_of_a_lab_is_refused_with_what_to_load(other: Any) -> None:
    with pytest.raises(InputRefused, match="overlap machine --json"):
        check_document(other)


def test_a_result_of_a_lab_is_taken() -> None:
    machine, _ = usual()
    assert check_document(machine) == machine


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("name", "measured"), [(name, measured) for name, measured, *_ in CASES])
def test_every_mark_of_a_figure_is_a_point_of_the_document(name: str, measured: Result, dark: bool) -> None:
    part = document(experiment(name).lab, measured)["experiments"][0]
    shown = {(chart.quantity) for chart in CHARTS[name]}
    marks = [
        value
        for drawn in lab_figures(part, dark)
        for trace in drawn.data
        for value in (trace.y if trace.y and isinstance(trace.y[0], float) else trace.x)
    ]
    assert sorted(marks) == sorted(point["median"] for point in part["points"] if point["quantity"] in shown)


def test_an_axis_is_logarithmic_where_its_figures_span_decades() -> None:
    (drawn,) = lab_figures(document("machine", handovers(1e-6, 1e-3))["experiments"][0])
    assert (drawn.layout.yaxis.type, drawn.layout.xaxis.type) == ("log", "log")
    (flat,) = lab_figures(document("machine", speeds("waiting", threads=2))["experiments"][0])
    assert flat.layout.yaxis.type != "log"


def test_an_executor_has_its_own_colour_and_large_figures_are_larger() -> None:
    part = document("machine", speeds("pure_python", threads=1, processes=2))["experiments"][0]
    (drawn,), (large,) = lab_figures(part), lab_figures(part, large=True)
    assert [trace.line.color for trace in drawn.data] == [EXECUTORS["threads"], EXECUTORS["processes"]]
    assert large.layout.font.size > 16 > (drawn.layout.font.size or 13)


def test_an_experiment_without_points_says_so_and_every_experiment_has_a_chart() -> None:
    (empty,) = lab_figures(document("machine", Result("startup"))["experiments"][0])
    assert empty.layout.annotations[0].text == "Nothing was measured."
    assert CHARTS.keys() == {name for group in EXPERIMENTS.values() for name in group}


def test_saved_results_are_drawn_beside_each_other() -> None:
    machines = [document("machine", startups(took, 5e-3), host=host) for took, host in ((1e-4, "a<b"), (2e-4, "c"))]
    drawn = side_by_side(compare_documents(machines), "startup")
    assert [trace.x[0] for trace in drawn.data] == [1e-4, 2e-4]
    assert drawn.data[0].name.startswith("a&lt;b")
    assert "No result holds" in side_by_side(compare_documents(machines), "memory").layout.annotations[0].text


def test_a_kernel_s_list_of_cpus_is_counted() -> None:
    assert [count_of(text) for text in ("0-7,16\n", "3", "")] == [9, 1, 0]
    found = core_types()
    assert found is None or sum(found.values()) >= 1


def dated(started_at: str, measured: Result) -> dict[str, Any]:
    return document("machine", replace(measured, started_at=started_at))


def test_the_newest_figures_of_each_experiment_are_kept() -> None:
    old = dated("2026-01-01T00:00:00+00:00", startups(1e-4, 5e-3))
    new = dated("2026-02-01T00:00:00+00:00", startups(2e-4, 5e-3))
    other = dated("2026-01-15T00:00:00+00:00", handovers(5e-6, 1e-4))
    empty = dated("2026-03-01T00:00:00+00:00", Result("startup"))
    kept = latest("machine", [new, None, old, empty, other])
    assert kept is not None
    assert [part["name"] for part in kept["experiments"]] == ["startup", "handover"]
    assert kept["experiments"][0]["started_at"].startswith("2026-02")
    assert check_document(kept)
    assert latest("sharing", [new]) is None
    assert latest("machine", [None]) is None
