"""The engine from Python: `compare(function, tasks)`, `scrape(addresses)` and `resize(sources, to)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.config import load
from engine.errors import OverlapError, SettingRefused
from engine.model import Configuration, Plan, Record, Run
from engine.protocol.results import ScrapedPage, scraped_page
from engine.runs import jobs, plans, resize_plans
from engine.runs.functions import function_plan, named
from engine.store import Store
from engine.workloads.images.sets.targets import Choice


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """A finished comparison: its run in the history, what it lets us say, and all of it as a document.

    `table` has its rows as text, the fastest first, as `repr` shows them; `str` is the verdict, notebooks show `html`.
    """

    run: Run
    verdict: dict[str, Any]
    document: dict[str, Any]
    table: str = ""
    html: str = ""

    def __str__(self) -> str:
        return str(self.verdict.get("text", ""))

    def __repr__(self) -> str:
        return self.table or str(self)

    def _repr_html_(self) -> str:
        return self.html


def compare(
    function: Callable[[Any], Any] | str,
    tasks: Iterable[Any],
    executors: Sequence[str] = ("threads", "processes"),
    workers: Sequence[int] | None = None,
    repeats: int | None = None,
    precision: float | None = None,
    budget_s: float | None = None,
    setup: Callable[[], Any] | str | None = None,
    pythons: Sequence[str] = (),
    references: bool | None = None,
    environment: Mapping[str, str] | None = None,
    race: bool = False,
) -> Comparison:
    """Run `function` over `tasks` on every executor × worker count and judge by measurement.

    Tasks are any values that pickle or cloudpickle can send, and arrive as they were given.
    `workers` are 1, 2, 4 … up to the usable CPUs where none are named; `precision` is a fraction (0.05 is ±5%).
    `references` adds rows of plain code (a loop and pools without us); None does where tasks are short.
    `environment` holds variables with which every configuration of several workers is measured once more. A `race`
    leaves out early what is shown to be slower, and ends when it is decided.
    A script's function is imported by other processes, so call this below `if __name__ == "__main__":`; a notebook's,
    a bound method or a partial travels by value.
    Raises OverlapError, with a sentence, when the function or a task cannot be sent or the run cannot be done.
    """
    from engine.report.documents.document import run_document
    from engine.report.telling import as_html, text_table

    settings = load()
    work = named(function)
    if work.pickled and pythons:
        raise SettingRefused(f"{work.label} travels by value, which only this Python can read: import it from a file.")
    plan = function_plan(work, list(tasks), settings, None if setup is None else named(setup), work.search_path)
    configurations = plans.on_pythons(plans.grid(executors, workers or plans.default_workers()), pythons)
    variables = [f"{name}={value}" for name, value in (environment or {}).items()]
    configurations = plans.with_environment(configurations, variables)
    asked = plans.comparison(plan, configurations, None, repeats, precision, budget_s, references=references, race=race)
    with closing(Store.open(settings)) as store:
        run = jobs.wait(store, jobs.start(store, asked))
        if run.state == "failed" or run.verdict is None:
            raise OverlapError(run.message or "The comparison ended without any finished trial.")
        trials = store.trials(run)
        table, html = text_table(run, trials), as_html(run, trials)
        return Comparison(run, dict(run.verdict), run_document(store, run), table, html)


@dataclass(frozen=True, slots=True)
class Scraped:
    """A scrape that has ended: its run in the history, and the record of each page, good or bad."""

    run: Run
    records: list[Record]

    @property
    def pages(self) -> dict[str, ScrapedPage]:
        """What was read, by the page's address: its name, price (a float, and as text), currency and doubts."""
        read = {record.label: scraped_page(record.output) for record in self.records if record.status == "ok"}
        return {address: page for address, page in read.items() if page is not None}

    @property
    def failures(self) -> dict[str, str]:
        """The sentence of each page that gave no price, by its address."""
        return _failures(self.records)


def scrape(
    addresses: Iterable[str],
    executor: str | None = None,
    workers: int | None = None,
    selectors: Mapping[str, str] | None = None,
    revalidate: bool = False,
) -> Scraped:
    """Read the prices of these pages, each once, politely: robots.txt is asked, and a host is given time between two.

    Without `executor` and `workers` it is run as the last verdict on this machine says, else on 16 threads. `selectors`
    maps a host to a CSS selector of its price. With `revalidate` a shop that marks versions of its pages is asked only
    for those that changed. Raises OverlapError with a sentence when the run cannot be done; a page that gives no price
    is in `failures`.
    """
    from engine.config import usable_cpus
    from engine.runs.defaults import preset_for

    settings = load()
    urls = list(dict.fromkeys([addresses] if isinstance(addresses, str) else addresses))
    with closing(Store.open(settings)) as store:
        how = preset_for(store, "scrape").configuration
        if executor is not None and executor != how.executor:
            how = Configuration(executor, 1 if executor == "sequential" else usable_cpus())
        how = replace(how, workers=workers or how.workers)
        plan = plans.scrape_plan(urls, how, settings, selectors, revalidate=revalidate)
        return Scraped(*_done(store, plan))


@dataclass(frozen=True, slots=True)
class Resized:
    """A resize job that has ended: its run in the history, and the record of each picture, good or bad."""

    run: Run
    records: list[Record]

    @property
    def paths(self) -> list[Path]:
        """Every file that was written."""
        outputs = [record.output for record in self.records if record.status == "ok"]
        return [Path(one["path"]) for output in outputs for one in (output, *output["also"])]

    @property
    def failures(self) -> dict[str, str]:
        """The sentence of each picture that failed, by its name."""
        return _failures(self.records)


def resize(
    sources: Sequence[Path | str],
    to: Path | str,
    executor: str = "threads",
    workers: int | None = None,
    overwrite: Choice = "never",
    html: bool = False,
    **options: Any,
) -> Resized:
    """Resize images, or all images of folders, into the folder `to`; originals are never replaced.

    `options` are those of `engine.workloads.images.making.options.Resizing`: ``sizes=["400", "1600"], formats=["avif",
    "jpeg"]``.
    `overwrite` is "never" or "all". Raises OverlapError with a sentence when the run cannot be done; a picture that
    fails is in `failures`.
    """
    from engine.config import usable_cpus
    from engine.workloads.images.making.options import resizing_from
    from engine.workloads.images.sets.sources import find_images
    from engine.workloads.images.sets.targets import Overwriting, ready

    settings, resizing, target = load(), resizing_from(options), ready(Path(to).absolute())
    files: list[str | Path] = []
    given = [Path(source).absolute() for source in sources]
    for source in given:
        files += find_images(source, None, settings, target, True).paths if source.is_dir() else [source]
    count = 1 if executor == "sequential" else workers or usable_cpus()
    plan = resize_plans.resize_plan(
        files, resizing, Configuration(executor, count), settings, target,
        root=given[0] if len(given) == 1 and given[0].is_dir() else None, overwriting=Overwriting(overwrite), html=html,
    )  # fmt: skip
    with closing(Store.open(settings)) as store:
        return Resized(*_done(store, plan))


def _done(store: Store, plan: Plan) -> tuple[Run, list[Record]]:
    """The job's run when it has ended, and its records. Raises OverlapError where it could not be done."""
    run = jobs.wait(store, jobs.start(store, plan))
    if run.state == "failed":
        raise OverlapError(run.message or "The run could not be done.")
    return run, store.records.latest(run)


def _failures(records: Iterable[Record]) -> dict[str, str]:
    return {record.label: record.error or "" for record in records if record.status == "failed"}
