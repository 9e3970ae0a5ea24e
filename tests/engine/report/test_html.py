"""The HTML report: complete, escaped, and silent: no request, no console message, no dialog in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.report.document import import_document
from engine.report.html import html_report
from engine.store import Store
from tests.engine.report.made import EVIL, document, failed, photo, record, shop_page, trial


def before_plotly(report: str) -> str:
    """The report without plotly's script and the figures."""
    return report.partition("<script>")[0]


def evil_comparison() -> dict[str, object]:
    ratio = {"estimate": 1.9, "low": 1.8, "high": 2.0}
    how = {"executor": "threads", "workers": 2, "label": "threads × 2"}
    said = {
        "sentences": [EVIL], "warnings": [{"sentence": EVIL, "advice": EVIL}],
        "baseline": {"executor": "sequential", "workers": 1}, "rows": [{"configuration": how, "ratio": ratio}],
    }  # fmt: skip
    given = document([record(0, EVIL), failed(1, EVIL, EVIL)], "wait", kind="comparison", title=EVIL, verdict=said)
    given["trials"].append(trial([record(0, EVIL)], order=1, executor="sequential", workers=1, message=EVIL))
    return given


def test_a_job_shows_its_figures_failures_environment_and_trials(store: Store) -> None:
    run = import_document(store, document([record(0, "a", shop_page()), failed(1, "b")], title="Two pages"))
    report = html_report(store, run)
    words = before_plotly(report)
    for said in ("Two pages", "threads × 2", "not found", "The page is gone.", "Usable CPUs", "a&lt;b", "40.5"):
        assert said in words
    assert report.count('class="plotly-graph-div"') == 6
    assert report.count("* plotly.js v") == 1  # its script stands in the file once


def test_a_resize_says_what_it_saved(store: Store) -> None:
    run = import_document(store, document([record(0, "a.jpg", photo("a.jpg"))], "resize"))
    assert "1.98 MB, 99%" in before_plotly(html_report(store, run))


def test_a_comparison_shows_its_verdict_with_its_warnings(store: Store) -> None:
    given = document([record(0, "a")], "wait", kind="comparison")
    given["verdict"] = {"sentences": ["It is faster."], "warnings": [{"sentence": "It was busy.", "advice": "Wait."}]}
    words = before_plotly(html_report(store, import_document(store, given)))
    assert "<p>It is faster.</p>" in words
    assert "<li>It was busy. Wait.</li>" in words


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
