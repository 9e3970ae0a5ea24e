"""Earlier runs of the same list of pages: which they are, what changed since, and each product's price over time.

Two scrapes are of the same list when at least half of the shorter one's addresses are in both, so a list may grow.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.analysis.price_changes import PriceChange, PricePoint, PriceReading, changes, decimal
from engine.errors import InputRefused
from engine.model import Run
from engine.protocol.results import scraped_page
from engine.store import Store

LOOKED_AT = 30
"""Earlier scrapes among which those of the same list are looked for."""
_READ = ("label", "reason", "output")


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since an earlier run."""

    earlier: Run
    changes: tuple[PriceChange, ...]


def earlier_runs(store: Store, run: Run, most: int = LOOKED_AT) -> list[Run]:
    """Ended scrapes of the same list that came before this one, the newest first."""
    if run.workload != "scrape" or run.kind != "job":
        return []
    addresses = _addresses(store, run)
    before = [one for one in store.runs(limit=most * 3, kind="job", workload="scrape") if one.id < run.id and one.ok]
    return [one for one in before[:most] if _same_list(addresses, _addresses(store, one))]


def changes_since(store: Store, run: Run, earlier: Run | None = None) -> Since | None:
    """What changed since the last run of the same list, or since the run that is named; None where there is none.

    Raises InputRefused for a run that is no scrape.
    """
    if earlier is not None and (earlier.workload != "scrape" or earlier.kind != "job"):
        raise InputRefused(f"Run {earlier.id} is no scrape: name one that is, or “last”.")
    others = earlier_runs(store, run)
    before = earlier or (others[0] if others else None)
    if before is None:
        return None
    ever = {
        label
        for one in others
        for label, _, output in store.records.latest_columns(one, *_READ)
        if (page := scraped_page(output)) is not None and page.price is not None
    }
    return Since(before, tuple(changes(_readings(store, run), _readings(store, before), ever)))


def price_series(store: Store, run: Run) -> dict[str, list[PricePoint]]:
    """Address to its prices over the runs of this list, the oldest first; only addresses of this run."""
    found: dict[str, list[PricePoint]] = defaultdict(list)
    addresses = _addresses(store, run)
    for one in reversed([run, *earlier_runs(store, run)]):
        for label, _, output in store.records.latest_columns(one, *_READ):
            page = scraped_page(output)
            price = decimal(page.price_text) if page else None
            if page is not None and price is not None and label in addresses:
                moment = one.ended_at or one.created_at
                found[label].append(PricePoint(moment, one.id, price, page.currency, page.name, page.doubtful))
    return dict(found)


def changes_document(store: Store, run: Run) -> dict[str, Any] | None:
    """The changes as plain values for a run's JSON: `since` (a run's number) and rows; None without a run before."""
    found = changes_since(store, run)
    if found is None:
        return None
    rows = [
        {
            "url": change.address, "name": change.name, "change": change.kind, "price": plain_text(change.price),
            "before": plain_text(change.before), "by": plain_text(change.by), "currency": change.currency,
            "doubtful": change.doubtful,
        }
        for change in found.changes
    ]  # fmt: skip
    return {"since": found.earlier.id, "since_ended_at": found.earlier.ended_at, "changes": rows}


def plain_text(price: Decimal | None) -> str | None:
    """A price without an exponent; None for none."""
    return None if price is None else format(price, "f")


def _readings(store: Store, run: Run) -> dict[str, PriceReading]:
    rows = store.records.latest_columns(run, *_READ)
    return {label: PriceReading(scraped_page(output), reason) for label, reason, output in rows}


def _addresses(store: Store, run: Run) -> set[str]:
    return {row[0] for row in store.records.latest_columns(run, "label")}


def _same_list(one: set[str], other: set[str]) -> bool:
    return bool(one and other) and 2 * len(one & other) >= min(len(one), len(other))
