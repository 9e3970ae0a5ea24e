"""Scripts, mark-up and formulas in names and scraped texts: shown as they are, run by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from engine.report.documents.document import import_document
from tests.browser.conftest import Tab

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> $\\href{javascript:alert(3)}{x}$ "
    "[link](javascript:alert(4)) :red[warn] :smile: :material/home: :streamlit: **bold** "
    "http://evil.example www.evil.example me@evil.example -- -> <- >= <= a:b"
)


def document(workload: str, output: dict[str, Any]) -> dict[str, Any]:
    """A finished run in which every text is hostile."""
    common = {"worker": 0, "started_s": 0.0, "finished_s": 0.5, "cpu_s": 0.1, "attempts": 1, "fingerprint": None}
    good = {"task": 0, "label": HOSTILE, "status": "ok", "reason": None, "error": None, "output": output, **common}
    elsewhere = {**good, "task": 1, "label": f"https://shop.example/{HOSTILE}"}  # two shops: prices have a chart
    bad = {**good, "task": 2, "status": "failed", "reason": HOSTILE, "error": HOSTILE, "output": None}
    trial = {
        "executor": "threads", "workers": 1, "repeat": 0, "order": 0, "interpreter_s": 0.1, "startup_s": 0.1,
        "wall_s": 1.0, "teardown_s": 0.1, "cpu_s": 0.2, "peak_pss_mb": 30.0, "tasks": 3, "ok": 2, "failed": 1,
        "throughput_per_s": 1.0, "records": [good, elsewhere, bad],
    }  # fmt: skip
    return {
        "run": 1, "workload": workload, "title": HOSTILE, "state": "finished", "kind": "job",
        "environment": {}, "trials": [trial], "verdict": None,
    }  # fmt: skip


OUTPUTS: dict[str, dict[str, Any]] = {
    "scrape": {"name": HOSTILE, "price": "9.90", "currency": HOSTILE, "availability": HOSTILE, "source": HOSTILE,
               "raw": HOSTILE, "doubtful": True, "doubts": [HOSTILE]},
    "resize": {"path": HOSTILE, "width": 4, "height": 3, "bytes": 12, "source_width": 8, "source_height": 6,
               "source_bytes": 24, "note": HOSTILE, "also": []},
    "compute": {"value": HOSTILE},
}  # fmt: skip


@pytest.mark.parametrize(
    "workload", [pytest.param(name, marks=[pytest.mark.stress] * (name != "scrape")) for name in OUTPUTS]
)
def test_hostile_texts_stay_texts_on_every_section_of_a_run(tab: Tab, workload: str) -> None:
    run = import_document(tab.server.store, document(workload, OUTPUTS[workload]))
    if workload == "scrape":
        tab.open("history")
    tab.open(f"run?run={run.token}")
    shown = tab.page.locator("[data-testid='stCaptionContainer']").filter(has_text="onerror").first
    assert shown.inner_text() == HOSTILE
    foreign = "script:not(.st-key-head_start script), img[src='x']"  # the page's frame has a script of its own
    expect(tab.page.locator("[data-testid='stMain']").locator(foreign)).to_have_count(0)
    expect(tab.page.locator("[data-testid='stMain'] a[href*='evil']")).to_have_count(0)
    if workload == "scrape":
        tab.choose("look", "Prices by shop")
        expect(tab.page.locator(".js-plotly-plot")).to_be_visible()
    for section in ("Failures", "How it ran"):
        tab.section(section)
    tab.page.wait_for_timeout(200)
    assert tab.dialogs == []
