"""Made runs for the tests of exports: small documents with every kind of record in them."""

from __future__ import annotations

from typing import Any

from engine.model import Run
from engine.report.html.html import html_chunks
from engine.store import Store

EVIL = "=A1 <script>alert(1)</script> $\\href{javascript:alert(1)}{x}$ <img src=x onerror=alert(1)>"


def record(task: int, label: str, output: Any = None, **values: Any) -> dict[str, Any]:
    """A record that went well, 0.1 s long, on one of two workers, unless `values` say otherwise."""
    begun_s = 0.1 * (task // 2)
    return {
        "task": task, "label": label, "worker": task % 2, "started_s": begun_s, "finished_s": begun_s + 0.1,
        "cpu_s": 0.05, "status": "ok", "reason": None, "error": None, "attempts": 1, "output": output,
        "fingerprint": None, "waited_s": 0.0, **values,
    }  # fmt: skip


def failed(task: int, label: str, error: str = "The page is gone.") -> dict[str, Any]:
    """A record that failed for a reason."""
    return record(task, label, status="failed", reason="not_found", error=error)


def trial(records: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    """A finished trial of threads × 2 with these records."""
    good = sum(one["status"] == "ok" for one in records)
    return {
        "executor": "threads", "workers": 2, "repeat": 0, "order": 0, "interpreter_s": 0.05, "startup_s": 0.01,
        "wall_s": 0.4, "teardown_s": 0.02, "cpu_s": 0.3, "peak_pss_mb": 40.5, "tasks": len(records), "ok": good,
        "failed": len(records) - good, "throughput_per_s": good / 0.4, "records": records,
        "samples": [{"at_s": 0.1 * at, "memory_mb": 20.0 + at, "cpu_s": 0.05 * at, "processes": 1} for at in range(6)],
        "memory_kind": "pss", **values,
    }  # fmt: skip


def document(records: list[dict[str, Any]], workload: str = "scrape", **values: Any) -> dict[str, Any]:
    """A finished job of one trial."""
    return {
        "run": 41, "workload": workload, "state": "finished", "environment": {"host": "a<b", "cpus_usable": 2},
        "trials": [trial(records)], "verdict": None, "title": "A made run", "kind": "job", **values,
    }  # fmt: skip


def shop_page(**values: Any) -> dict[str, Any]:
    """What a scrape reads from one page."""
    return {
        "name": "Desk lamp", "price": "39.90", "currency": "EUR", "list_price": None, "availability": "in_stock",
        "source": "json-ld", "raw": "39,90 €", "confidence": 0.92, "doubtful": False, "brand": None, "gtin": None,
        "sku": None, **values,
    }  # fmt: skip


def photo(path: str, **values: Any) -> dict[str, Any]:
    """What a resize writes of one photo."""
    return {
        "path": path, "width": 400, "height": 300, "bytes": 20_000, "source_width": 4000, "source_height": 3000,
        "source_bytes": 2_000_000, "source_format": "JPEG", "note": None, "also": [], **values,
    }  # fmt: skip


def evil_comparison() -> dict[str, object]:
    """A comparison every text of which is hostile."""
    ratio = {"estimate": 1.9, "low": 1.8, "high": 2.0}
    how = {"executor": "threads", "workers": 2, "label": "threads × 2"}
    said = {
        "sentences": [EVIL], "warnings": [{"sentence": EVIL, "advice": EVIL}],
        "baseline": {"executor": "sequential", "workers": 1}, "rows": [{"configuration": how, "ratio": ratio}],
    }  # fmt: skip
    given = document([record(0, EVIL), failed(1, EVIL, EVIL)], "wait", kind="comparison", title=EVIL, verdict=said)
    given["trials"].append(trial([record(0, EVIL)], order=1, executor="sequential", workers=1, message=EVIL))
    return given


def compared() -> dict[str, Any]:
    """Three blocks of sequential and threads × 2, the slower one asked for first, each with a warm-up's order."""
    sequential = {"executor": "sequential", "workers": 1, "label": "sequential"}
    threads = {"executor": "threads", "workers": 2, "label": "threads × 2"}
    known = {"startup_s": 0.01, "peak_pss_mb": 40.0, "cores_busy": 1.0, "tasks_at_once": 1.0, "failed": 0}
    said = {
        "sentences": ["It is faster."], "warnings": [{"sentence": "It was busy.", "advice": "Wait."}],
        "outcome": "faster", "baseline": sequential, "recommended": threads, "leaders": [threads], "left_out": [],
        "rows": [{"configuration": threads, "ratio": {"estimate": 1.9, "low": 1.8, "high": 2.0}}],
        "figures": [
            {"configuration": sequential, "trials": 3, "wall_s": 0.4, **known},
            {"configuration": threads, "trials": 3, "wall_s": 0.21, **known},
        ],
        "explanations": [{"label": "threads × 2", "configuration": threads, "sentences": ["Each task took as long."]}],
        "scaling": {},
    }  # fmt: skip
    given = document([record(0, "a")], "wait", kind="comparison", verdict=said)
    walls = [(sequential, -1, 0.9), *((sequential, block, wall) for block, wall in enumerate((0.4, 0.39, 0.8))),
             *((threads, block, wall) for block, wall in enumerate((0.2, 0.21, 0.5)))]  # fmt: skip
    given["trials"] = [
        trial(
            [record(0, "a")], order=order, repeat=block, wall_s=wall, executor=how["executor"], workers=how["workers"]
        )
        for order, (how, block, wall) in enumerate(walls)
    ]
    return given


def html_report(store: Store, run: Run, dark: bool = False) -> str:
    """The report as one text."""
    return b"".join(html_chunks(store, run, dark)).decode()
