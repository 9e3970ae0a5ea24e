"""Made runs for the tests of exports: small documents with every kind of record in them."""

from __future__ import annotations

from typing import Any

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
