"""The HTML report: complete, escaped, and silent: no request, no console message, no dialog in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.report.comparing import configuration_rows, fastest_first
from engine.report.documents.document import import_document
from engine.report.figures import wall_times
from engine.store import Store
from tests.engine.report.made import (
    EVIL,
    compared,
    document,
    evil_comparison,
    failed,
    html_report,
    photo,
    record,
    shop_page,
)


def before_plotly(report: str) -> str:
    """The report without plotly's script and the figures."""
    return report.partition("<script>")[0]


def test_a_job_shows_its_figures_failures_environment_and_trials(store: Store) -> None:
    run = import_document(store, document([record(0, "a", shop_page()), failed(1, "b")], title="Two pages"))
    report = html_report(store, run)
    for said in ("Two pages", "threads × 2", "not found", "The page is gone.", "Usable CPUs", "a&lt;b", "40.5"):
        assert said in report
    assert report.count('class="plotly-graph-div"') == 6
    assert report.count("* plotly.js v") == 1  # its script stands in the file once


def test_a_resize_says_what_it_saved(store: Store) -> None:
    run = import_document(store, document([record(0, "a.jpg", photo("a.jpg"))], "resize"))
    assert "2.0 MB saved, 99%" in before_plotly(html_report(store, run))


def test_a_comparison_shows_its_verdict_with_its_warnings(store: Store) -> None:
    given = document([record(0, "a")], "wait", kind="comparison")
    given["verdict"] = {"sentences": ["It is faster."], "warnings": [{"sentence": "It was busy.", "advice": "Wait."}]}
    words = before_plotly(html_report(store, import_document(store, given)))
    assert '<p class="ov-say">It is faster.</p>' in words
    assert "It was busy. Wait.</p>" in words


def test_a_comparison_reads_like_its_page_table_and_reasons_first_and_every_trial_last_and_folded(
    store: Store,
) -> None:
    report = html_report(store, import_document(store, compared()))
    order = [
        "It is faster.", 'class="ov-chart"', "It was busy. Wait.", ">Configurations<", "threads × 2</td>", ">Why<",
        "Each task took", ">Figures<", 'id="figure-4"', ">Environment<", "<details><summary>All 7 trials",
    ]  # fmt: skip
    places = [report.index(words) for words in order]
    assert places == sorted(places)
    assert '<tr class="marked"><td data-name="Configuration">threads × 2</td>' in report
    assert "<details open" not in report


def test_the_wall_times_of_table_and_chart_are_the_same_medians(store: Store) -> None:
    run = import_document(store, compared())
    assert run.verdict is not None
    trials = [trial for trial in store.trials(run) if trial.repeat >= 0]
    table = {row.label: row.wall for row in configuration_rows(run.verdict, trials)}
    drawn = wall_times(fastest_first(run, trials))
    chart = dict(zip(drawn.layout.yaxis.ticktext, (one.text for one in drawn.layout.annotations), strict=True))
    assert list(table.items()) == list(chart.items()) == [("threads × 2", "0.21 s"), ("sequential", "0.4 s")]


def test_texts_of_the_run_stay_texts(store: Store) -> None:
    report = html_report(store, import_document(store, evil_comparison()))
    assert "<img src=x" not in report
    assert "<script>alert" not in report
    assert "cdn." not in before_plotly(report)


def test_a_run_without_trials_is_a_page_too(store: Store) -> None:
    given = document([])
    given["trials"] = []
    assert "<h1>A made run</h1>" in html_report(store, import_document(store, given), dark=True)


@pytest.mark.browser
def test_in_a_browser_it_asks_for_nothing_and_says_nothing(
    store: Store, tmp_path: Path, browser_path: str | None
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    pages = [record(0, EVIL, shop_page(name=EVIL)), failed(1, EVIL, EVIL)]
    runs = [import_document(store, document(pages, title=EVIL)), import_document(store, evil_comparison())]
    heard: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--disable-gpu"])
        page = browser.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: heard.append(request.url))
        for number, run in enumerate(runs):
            file = tmp_path / f"report{number}.html"
            file.write_text(html_report(store, run), encoding="utf-8")
            page.goto(file.as_uri())
            page.wait_for_function("document.querySelectorAll('.plotly-graph-div .main-svg').length >= 10")
            assert page.locator("svg a").count() == 0
            page.locator(".plotly-graph-div").first.hover()
        browser.close()
    assert [word for word in heard if not word.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_is_cut_at_the_right_wide_narrow_or_printed(
    width: int, store: Store, tmp_path: Path, browser_path: str | None
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "report.html"
    file.write_text(html_report(store, import_document(store, compared())), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(file.as_uri())
        page.wait_for_function("document.querySelectorAll('.plotly-graph-div .main-svg').length >= 10")
        page.get_by_text("All 7 trials").click()
        assert beyond_the_edge(page, width) == []
        page.set_viewport_size({"width": 688, "height": 900})  # what A4 leaves between margins of 14 mm
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_timeout(200)
        assert beyond_the_edge(page, 688) == []
        browser.close()


def beyond_the_edge(page: Any, width: int) -> list[str]:
    """The elements of the page that end right of its edge."""
    found: list[str] = page.evaluate(
        """width => [...document.querySelectorAll("main *:not(svg *)")]
           .filter(one => one.getBoundingClientRect().right > width + 0.5)
           .map(one => one.tagName + " " + one.className + " " + one.textContent.slice(0, 40))""",
        width,
    )
    return found
