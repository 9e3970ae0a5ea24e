"""The first results of a job as rows of a few short cells: what a person wants to see where the job was started."""

from __future__ import annotations

from typing import Any

from engine.model import Run
from engine.protocol.results import ResizedPicture, ScrapedPage, resized_picture, scraped_page
from engine.store import Store
from engine.text import data_size

MOST = 10
_WIDEST = 48
"""Characters of a cell whose text is a stranger's; a remark, the last cell, has all of it."""


def first_results(store: Store, run: Run, most: int = MOST) -> list[dict[str, str]]:
    """A row for each of the first tasks that have ended, in the tasks' order; none for what is no scrape or resize."""
    if run.kind != "job" or run.workload not in ("scrape", "resize"):
        return []
    stored = store.records.latest_columns(run, "label", "status", "error", "output", tasks=range(most))
    of_page = run.workload == "scrape"
    return [
        _page(label, error, scraped_page(output)) if of_page else _picture(label, error, resized_picture(output))
        for label, status, error, output in stored
        if status in ("ok", "failed")
    ]


def remark_of(page: ScrapedPage | None) -> str | None:
    """What is doubtful, and whether the page is the one that was read before."""
    if page is None:
        return None
    doubt = f"Doubtful: {' '.join(page.doubts) or 'read from ' + repr(page.raw)}" if page.doubtful else ""
    same = f"Unchanged, says the shop, since it was read at {page.unchanged_since}." if page.unchanged_since else ""
    return " ".join(filter(None, (doubt, same))) or None


def _page(address: str, error: str | None, page: ScrapedPage | None) -> dict[str, str]:
    return {
        "product": _short((page and page.name) or address),
        "price": (page and page.price_text) or "",
        "currency": (page and page.currency) or "",
        "remark": error or remark_of(page) or "",
    }


def _picture(name: str, error: str | None, picture: ResizedPicture | None) -> dict[str, str]:
    first = picture.files[0] if picture and picture.files else None
    return {
        "photo": _short(name),
        "pixels": f"{first.width} × {first.height}" if first and first.width and first.height else "",
        "before": _bytes(picture and picture.source_bytes),
        "after": _bytes(picture and picture.written_bytes),
        "remark": error or (picture and picture.note) or "",
    }


def _bytes(count: Any) -> str:
    return data_size(count) if count else ""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _WIDEST else f"{words[: _WIDEST - 1]}…"
