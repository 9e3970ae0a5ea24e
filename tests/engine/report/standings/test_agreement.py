"""At a glance: the strip and the chart say what the verdict says, one statistic, one order, one set of colours."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from engine.model import Configuration, Run, Trial
from engine.report import figures
from engine.report.comparing import configuration_rows, fastest_first, warning_lines
from engine.report.documents.document import import_document
from engine.report.figures.colours import executor_colour
from engine.report.standings import cause_rows, chart, headline, headline_text, lane, standings, strip
from engine.report.standings.chart import scale_end, ticks
from engine.report.standings.rows import Standing
from engine.report.standings.strip import large
from engine.report.telling import as_text
from engine.store import Store
from tests.engine.report.made import EVIL, compared, document, html_report, record, trial

SEQUENTIAL: dict[str, Any] = {"executor": "sequential", "workers": 1, "label": "sequential"}
ASYNCIO: dict[str, Any] = {"executor": "asyncio", "workers": 32, "label": "asyncio × 32"}
THREADS: dict[str, Any] = {"executor": "threads", "workers": 32, "label": "threads × 32"}
PROCESSES: dict[str, Any] = {"executor": "processes", "workers": 2, "label": "processes × 2"}


def row(how: dict[str, Any], estimate: float, low: float, high: float, **values: Any) -> dict[str, Any]:
    ratio = {"estimate": estimate, "low": low, "high": high, "pairs": values.pop("pairs", 5)}
    return {"configuration": how, "ratio": ratio, "standing": "faster", **values}


def verdict(*rows: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "sentences": ["It is so."], "outcome": "undecided", "baseline": SEQUENTIAL, "rows": list(rows),
        "recommended": rows[0]["configuration"], "leaders": [one["configuration"] for one in rows], "margin": 0.03,
        **values,
    }  # fmt: skip


TIE = verdict(row(ASYNCIO, 27.8, 26.0, 29.6), row(THREADS, 27.2, 25.1, 29.5))


def measured(store: Store) -> tuple[Run, list[Trial]]:
    """Four configurations in three blocks, asked for with the slowest first."""
    said = verdict(
        row(THREADS, 3.2, 3.0, 3.4, repeats=[3.1, 3.2, 3.3]), row(PROCESSES, 1.8, 1.7, 1.9, repeats=[1.7, 1.8, 1.9]),
        row(ASYNCIO, 4.1, 3.9, 4.3, repeats=[4.0, 4.1, 4.2]),
        outcome="faster", recommended=ASYNCIO, leaders=[ASYNCIO], warnings=[],
    )  # fmt: skip
    how = {"startup_s": 0.01, "peak_pss_mb": 40.0, "cores_busy": 1.0, "tasks_at_once": 1.0, "failed": 0, "trials": 3}
    walls = {"sequential": 0.4, "processes × 2": 0.22, "threads × 32": 0.125, "asyncio × 32": 0.0975}
    ours = (SEQUENTIAL, PROCESSES, THREADS, ASYNCIO)
    said["figures"] = [{"configuration": one, "wall_s": walls[one["label"]], **how} for one in ours]
    given = document([record(0, "a")], "wait", kind="comparison", verdict=said)
    given["trials"] = [
        trial([record(0, "a")], order=4 * block + place, repeat=block, executor=one["executor"],
              workers=one["workers"], wall_s=walls[one["label"]] * (1 + block / 100))
        for block in range(3) for place, one in enumerate(ours)
    ]  # fmt: skip
    run = import_document(store, given)
    return run, fastest_first(run, store.trials(run))


ORDER = ["asyncio × 32", "threads × 32", "processes × 2", "sequential"]


def test_chart_table_verdict_report_terminal_and_figures_agree_on_order_statistic_and_colours(store: Store) -> None:
    run, trials = measured(store)
    found = run.verdict or {}
    rows = standings(run, trials)
    drawn = unescape(chart(rows, "sequential"))
    assert [one.label for one in rows] == ORDER == re.findall(r"</i><span>([^<]+)</span>", drawn)
    assert re.findall(r'class="ov-value"><b>([^<]+)</b>', drawn) == ["4.10×", "3.20×", "1.80×", "1×"]
    assert re.findall(r"--ov-c:(#\w+)", drawn) == [executor_colour(one.split()[0]) for one in ORDER]

    table = configuration_rows(found, trials)
    assert [one.label for one in table] == ORDER
    assert [one.speedup.split("×")[0] for one in table[:3]] == ["4.10", "3.20", "1.80"]
    told = headline(found)
    assert told is not None and (told.number, told.who, told.low, told.high) == ("4.1×", "asyncio × 32", 3.9, 4.3)

    terminal = as_text(run, trials)
    places = [terminal.index(f" {label}  ") for label in ORDER]
    assert places == sorted(places) and "4.10× (3.90–4.30)" in terminal

    report = unescape(html_report(store, run))
    assert chart(rows, "sequential") in html_report(store, run)
    places = [report.index(f'data-name="Configuration">{label}<') for label in ORDER]
    assert places == sorted(places) and ">4.10× (3.90–4.30)<" in report

    for draw in (figures.wall_times, figures.where_time_went, figures.memory_by_configuration):
        figure = draw(trials)
        assert list(figure.layout.yaxis.ticktext) == ORDER
    marks = {trace.name: trace.marker.color for trace in figures.speedups(found).data if trace.mode == "markers"}
    assert marks == {one: executor_colour(one) for one in ("threads", "processes", "asyncio")}
    medians = [note.text for note in figures.wall_times(trials).layout.annotations]
    assert medians == [one.wall for one in table]


def test_every_repeat_is_a_dot_and_the_recommended_row_is_set_off(store: Store) -> None:
    run, trials = measured(store)
    drawn = chart(standings(run, trials), "sequential")
    assert drawn.count('class="ov-repeat"') == 3 * 4, "the baseline's trials too, against their block's mean"
    assert drawn.count("ov-row ov-recommended") == 1
    assert drawn.index("ov-recommended") < drawn.index("asyncio × 32</span>")
    assert drawn.count('class="ov-interval"') == 3 and drawn.count('class="ov-one"') == 4
    assert "asyncio × 32 4.10× (3.90–4.30); threads × 32 3.20×" in unescape(drawn), "told to who cannot see it"


def test_what_lies_where_is_to_scale(store: Store) -> None:
    run, trials = measured(store)
    rows = standings(run, trials)
    end = scale_end(rows)
    first = chart(rows, "sequential").partition("</div></div>")[0]
    (left,) = re.findall(r'class="ov-dot" style="left:([\d.]+)%', first)
    assert float(left) == pytest.approx(100 * 4.1 / end, abs=0.01)
    band = re.search(r'class="ov-band" style="left:([\d.]+)%;width:([\d.]+)%', first)
    assert band is not None
    assert float(band[1]) == pytest.approx(100 * 4.1 / 1.03 / end, abs=0.01)
    assert float(band[2]) == pytest.approx(100 * 4.1 * (1.03 - 1 / 1.03) / end, abs=0.02)


def test_a_tie_is_named_as_what_it_is() -> None:
    told = headline(TIE)
    assert told is not None
    assert (told.number, told.word, told.who) == ("28×", "Cannot be told apart", "asyncio × 32 and threads × 32")
    assert headline_text(TIE) == "28× as fast as sequential: asyncio × 32 and threads × 32 (cannot be told apart)"


@pytest.mark.parametrize(
    ("found", "word", "number"),
    [
        (verdict(row(THREADS, 1.7, 1.6, 1.8), outcome="faster"), "A clear winner", "1.7×"),
        (verdict(row(THREADS, 0.4, 0.3, 0.5), outcome="faster", leaders=[SEQUENTIAL], recommended=SEQUENTIAL),
         "Nothing is faster", "1.00×"),
        (verdict(row(THREADS, 1.7, 1.6, 1.8), outcome="same"), "The same within 3%", "1.7×"),
        (verdict(row(THREADS, 3.7, 0.1, 249.0, pairs=2)), "Too early to say", "3.7×"),
        (verdict(row(THREADS, 1.04, 0.9, 1.2, standing="undecided"), leaders=[SEQUENTIAL, THREADS]),
         "Not decided", "1.04×"),
        ({"sentences": ["Every task failed."], "outcome": "failed"}, "Every task failed", None),
    ],
)  # fmt: skip
def test_every_outcome_has_its_word(found: dict[str, Any], word: str, number: str | None) -> None:
    told = headline(found)
    assert told is not None and (told.word, told.number) == (word, number)
    assert word in strip(told)


def test_an_interval_that_says_nothing_is_not_drawn_and_not_told() -> None:
    for absurd in (row(THREADS, 3.7, 0.1, 249.0), row(THREADS, 3.7, 3.5, 3.9, pairs=2)):
        found = verdict(absurd)
        told = headline(found)
        assert told is not None and told.low is None and "249" not in strip(told) and "too early to say" in strip(told)
        (one,) = [one for one in standings(_run(found), []) if one.kind == "counted"]
        assert one.low is None and "ov-interval" not in chart([one], "sequential")


def _run(found: dict[str, Any]) -> Run:
    return Run(
        id=1, token="t", kind="comparison", workload="wait", title="", state="running", created_at="", started_at=None,
        ended_at=None, tasks=1, ok=0, failed=0, options={}, terms={"baseline": SEQUENTIAL, "repeats": 5},
        configurations=(Configuration("threads", 32), Configuration("sequential", 1)), time_limit_s=None,
        environment={}, verdict=found, waiting_for=None, message=None,
    )  # fmt: skip


def test_before_the_first_block_every_configuration_has_its_row() -> None:
    rows = standings(replace(_run({}), verdict=None), [])
    assert [(one.label, one.kind) for one in rows] == [("sequential", "baseline"), ("threads × 32", "to come")]
    drawn = chart(rows, "sequential")
    assert "to come" in drawn and drawn.count('class="ov-dot"') == 1


def test_the_scale_is_not_stretched_by_an_absurd_interval_or_a_far_ideal() -> None:
    one = Standing(Configuration("threads", 64), "threads × 64", "counted", 1.5, 0.8, 6.0, (1.4, 1.6), False)
    assert scale_end([one]) == pytest.approx(1.06 * 1.6)
    assert "ov-ideal" not in chart([one], "sequential")


@pytest.mark.parametrize(("end", "expected"), [(2.1, 0.5), (4.3, 1), (29, 5), (0.9, 0.2), (130, 20)])
def test_ticks_are_round(end: float, expected: float) -> None:
    found = ticks(end)
    assert found[0] == 0 and found[1] == expected and found[-1] <= end and len(found) <= 8


@pytest.mark.parametrize(
    ("estimate", "text"), [(1.72, "1.7×"), (27.8, "28×"), (1.04, "1.04×"), (0.42, "0.42×"), (1234.0, "1,234×")]
)
def test_large_type_has_few_digits(estimate: float, text: str) -> None:
    assert large(estimate) == text


def test_each_cause_is_one_row_with_who_lost_most_first() -> None:
    def said(label: str, lost: float) -> dict[str, Any]:
        return {"label": label, "causes": [{"name": "gil", "lost": lost, "sentence": f"{label} took turns."}]}

    (found,) = cause_rows({"explanations": [said("threads × 2", 0.4), said("threads × 8", 0.7)]})
    assert (found.lost, found.sentence) == (0.7, "threads × 8 took turns.")
    assert found.configurations == (("threads × 8", 0.7), ("threads × 2", 0.4))


def test_warnings_alike_are_one_and_only_the_gravest_has_advice() -> None:
    def one(code: str, how: dict[str, Any] | None) -> dict[str, Any]:
        label = how["label"] if how else "It"
        return {"code": code, "configuration": how, "sentence": f"{label} varies.", "advice": f"Mend {code}."}

    found = {"warnings": [one("unstable", THREADS), one("unstable", ASYNCIO), one("busy", None)]}
    assert warning_lines(found) == ["threads × 32 varies. Likewise: asyncio × 32. Mend unstable.", "It varies."]


def test_the_lane_shows_the_running_trial_against_the_median_so_far(store: Store) -> None:
    _, trials = measured(store)
    now = replace(trials[0], ok=3, tasks=12, repeat=4, state="running")
    drawn = unescape(lane(now, 0.05, 0.1, begun=3))
    assert "Block 5, now asyncio × 32, task 3 of 12" in drawn and "50 ms so far; its median 0.1 s" in drawn
    ghost, going = (float(width) for width in re.findall(r"width:([\d.]+)%", drawn))
    assert going == pytest.approx(ghost / 2, abs=0.01)
    assert "no trial of it has finished yet" in lane(now, None, None)


def test_names_of_others_stay_text() -> None:
    how = {**THREADS, "python": f"/opt/{EVIL}/bin/python"}
    how["label"] = EVIL
    found = verdict(row(how, 2.0, 1.9, 2.1), sentences=[EVIL])
    told = headline(found)
    assert told is not None
    for drawn in (strip(told), chart(standings(_run(found), []), EVIL)):
        assert "<script" not in drawn and "<img" not in drawn


def test_of_other_versions_a_verdict_without_repeats_is_drawn_by_the_clock(store: Store) -> None:
    run = import_document(store, compared())
    rows = standings(run, [one for one in store.trials(run) if one.repeat >= 0])
    assert [(one.label, len(one.repeats)) for one in rows] == [("threads × 2", 3), ("sequential", 3)]
    assert rows[0].repeats == pytest.approx([2.0, 0.39 / 0.21, 1.6])
