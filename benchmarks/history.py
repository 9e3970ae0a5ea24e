"""A history of years: how fast it opens, and how large it is.

    python benchmarks/history.py [--runs 1000] [--records 5000000] [--postgres] [--keep FOLDER] [--browser]

Makes a database of that many runs and records in a home of its own, one run of them with a million tasks (or a fifth of
all records), and measures in a server that is started for it, each the median of five:

    History       its page as a browser's connection asks for it, until the script has ended; filtered; its last page
    large run     the page of the run with the most tasks, with the tab that it opens with

With --browser a Chromium opens them, too: by a click from the page before, and by its address anew, until the list or
the records can be seen and the page is at rest. The marks, for all of these but a page that is loaded anew, which has
benchmarks/pages.py's: History in a second, the large run in three. --postgres starts Debian's Postgres for it. --keep
leaves the home in that folder, and takes the one that is there.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, null, select, text, update
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import sessions  # noqa: E402

from engine.analysis.tally import FROM_TASKS, Tally  # noqa: E402
from engine.config import Settings  # noqa: E402
from engine.model import Measurement, Run, plain  # noqa: E402
from engine.protocol.record import ROW  # noqa: E402
from engine.store import Store, tables  # noqa: E402

HISTORY_S, LARGE_S, TRIES = 1.0, 3.0, 5
EXECUTORS = ("threads", "processes", "asyncio", "sequential")
WORKLOADS = ("resize", "scrape", "compute", "wait")
REASONS = ("timed_out", "damaged", "http_404")
BATCH = 20_000


def main() -> int:
    """Make the history, measure, print, and say whether the marks were met."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--runs", type=int, default=1_000)
    asked.add_argument("--records", type=int, default=5_000_000)
    asked.add_argument("--postgres", action="store_true")
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--browser", action="store_true")
    chosen = asked.parse_args()
    with ExitStack() as stack:
        folder = chosen.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overlap-history-")))
        url = stack.enter_context(postgres()) if chosen.postgres else ""
        return measured(made(folder / "home", url, chosen.runs, chosen.records), folder, chosen.browser)


def postgres() -> Any:
    """The address of an empty database of a Postgres of its own, as long as the block lasts."""
    from contextlib import contextmanager

    from tests.engine.postgres import running

    @contextmanager
    def address() -> Iterator[str]:
        with running() as server:
            yield server.address(server.new_database())

    return address()


def made(home: Path, url: str, runs: int, records: int) -> Settings:
    """A home with that history; one that is there already is taken as it is."""
    settings = Settings(home=home, database_url=url)
    store = Store.open(settings)
    if not store.runs(limit=1):
        began_s = time.perf_counter()
        fill(store, runs, records)
        print(f"made {runs:,} runs with {records:,} records in {time.perf_counter() - began_s:.0f} s")
    store.close()
    return settings


def fill(store: Store, count: int, records: int) -> None:
    """Runs of all kinds: the last but ten has a fifth of all records, the others share the rest unevenly."""
    chance = random.Random(4)
    sizes = [chance.paretovariate(1.2) for _ in range(count - 1)]
    scale = 0.8 * records / sum(sizes)
    tasks = [max(1, round(size * scale)) for size in sizes]
    tasks.insert(max(0, count - 10), records // 5)
    began = datetime(2024, 1, 1, tzinfo=UTC)
    for number, size in enumerate(tasks):
        kind = "comparison" if number % 4 == 0 and size < 100_000 else "job"
        workload = "compute" if size > 100_000 else chance.choice(WORKLOADS)
        names = EXECUTORS[:3] if kind == "comparison" else (chance.choice(EXECUTORS),)
        at = (began + timedelta(hours=20 * number)).isoformat(timespec="milliseconds")
        with store.engine.begin() as connection:
            run_id = add_run(connection, number, kind, workload, names, size, at)
            for order, executor in enumerate(names):
                trial_id = add_trial(connection, run_id, order, executor, size // len(names))
                add_records(connection, trial_id, workload, size // len(names), chance)
                tally(connection, trial_id, size // len(names))
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def add_run(
    connection: Any, number: int, kind: str, workload: str, names: tuple[str, ...], size: int, at: str
) -> int:
    """A run of the size that runs have: a comparison's verdict has some ten kilobytes."""
    how = [{"executor": name, "workers": 4} for name in names]
    environment = {"host": f"machine{number % 3}", "cpus": 4, "libraries": {f"package{n}": "1.2.3" for n in range(30)}}
    verdict = {"sentences": ["Threads are faster. " * 10] * 60} if kind == "comparison" else None
    values = {
        "token": f"r{number:021d}", "kind": kind, "workload": workload, "title": f"{size:,} tasks of {workload}",
        "state": "finished", "created_at": at, "started_at": at, "ended_at": at, "tasks": size,
        "ok": size - size // 100, "failed": size // 100,
        "options": {"sizes": ["400x400"], "format": "keep"}, "configurations": how, "terms": {},
        "environment": environment, "verdict": verdict, "executors": f",{','.join(names)},",
        "machine": environment["host"],
    }  # fmt: skip
    return int(connection.execute(insert(tables.runs).values(**values)).inserted_primary_key[0])


def add_trial(connection: Any, run_id: int, order: int, executor: str, size: int) -> int:
    """A trial, with the readings of a minute."""
    samples = [{"at_s": n / 4, "pss_mb": 200.0 + n, "cpu_s": n / 5} for n in range(240)]
    values = {
        "run_id": run_id, "order": order, "repeat": 0, "configuration": {"executor": executor, "workers": 4},
        "state": "finished", "tasks": size, "ok": size - size // 100, "failed": size // 100, "samples": samples,
        "measurement": plain(Measurement(wall_s=size / 10_000, cpu_s=size / 9_000, peak_pss_mb=310.0)),
    }  # fmt: skip
    return int(connection.execute(insert(tables.trials).values(**values)).inserted_primary_key[0])


PLAIN = "[%(n)d]"
OUTPUTS = {
    "scrape": '{"name": "Product %(n)d, blue, in a box of twelve", "price": "%(n)d.90", "currency": "EUR", '
    '"availability": "in stock", "source": "json-ld", "raw": "EUR %(n)d.90", "doubtful": false, "etag": "%(n)d"}',
    "resize": '{"path": "holiday/IMG_%(n)d.jpg", "width": 400, "height": 300, "bytes": %(n)d, "source_bytes": 4%(n)d, '
    '"files": [{"path": "holiday/IMG_%(n)d.jpg", "width": 400, "height": 300, "bytes": %(n)d, "quality": 85}]}',
}
COLUMNS = ("trial_id", "task", "label", "worker", "started_s", "finished_s", "cpu_s", "status", "reason", "error",
           "attempts", "output", "waited_s")  # fmt: skip


def add_records(connection: Any, trial_id: int, workload: str, size: int, chance: random.Random) -> None:
    """One in a hundred failed."""
    driver = connection.connection.dbapi_connection
    for first in range(0, size, BATCH):
        rows = [record(trial_id, task, workload, chance) for task in range(first, min(size, first + BATCH))]
        if connection.dialect.name == "postgresql":
            with driver.cursor().copy(f"COPY records ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(COLUMNS))
            driver.executemany(f"INSERT INTO records ({', '.join(COLUMNS)}) VALUES ({marks})", rows)


def tally(connection: Any, trial_id: int, size: int) -> None:
    """What an orchestrator keeps of a trial of so many tasks beside its records."""
    if size < FROM_TASKS:
        return
    made, columns = Tally(4), [tables.records.c.get(name, null()) for name in ROW]
    read = connection.execute(select(*columns).where(tables.records.c.trial_id == trial_id))
    while rows := read.fetchmany(BATCH):
        made.take(rows)
    connection.execute(update(tables.trials).where(tables.trials.c.id == trial_id).values(tally=made.plain()))


def record(trial_id: int, task: int, workload: str, chance: random.Random) -> tuple[Any, ...]:
    """A task's record, about as long as real ones."""
    started_s, worker = task / 10_000, task % 4
    failed = task % 100 == 99
    label = f"https://shop{task % 40}.example/p/{task}" if workload == "scrape" else f"holiday/IMG_{task:06d}.jpg"
    reason = REASONS[task // 100 % 3] if failed else None
    return (
        trial_id, task, label, worker, started_s, started_s + chance.uniform(1e-4, 4e-4), 1e-4,
        "failed" if failed else "ok", reason, "It did not answer within 20 s." if failed else None, 1,
        None if failed else OUTPUTS.get(workload, PLAIN) % {"n": task * 7919 % 1000003}, 0.0,
    )  # fmt: skip


def measured(settings: Settings, folder: Path, browser: bool) -> int:
    """The figures of a server over that history."""
    store = Store.open(settings)
    large = max(store.runs(limit=5, sort="tasks"), key=lambda run: run.tasks)
    size_mb = database_mb(store)
    store.close()
    print(f"{'the database':<34}{size_mb:9,.0f} MB")
    port = sessions.free_port()
    os.environ["OVERLAP_DATABASE_URL"] = settings.database_url
    process = sessions.served(folder, port)
    try:
        with sessions.opened(port) as session:
            draw(session, "history", "")  # the packages that pages need are imported once
            took = {
                "History": timed(port, "history", ""),
                "History, filtered by its text": timed(port, "history", "text=compute&state=Finished"),
                "History, its last page": timed(port, "history", "page=20"),
                f"run of {large.tasks:,} tasks": timed(port, "run", f"run={large.token}"),
            }
        seen = in_a_browser(f"http://127.0.0.1:{port}", large) if browser else {}
    finally:
        process.terminate()
        process.wait()
    for what, (seconds, sent_mb) in took.items():
        print(f"{what:<34}{seconds:9.2f} s {sent_mb:6.1f} MB to the browser")
    for what, seconds in seen.items():
        print(f"{what:<50}{seconds:6.2f} s in a browser")
    *history, run_s = [seconds for seconds, _ in took.values()]
    clicked_s = [seconds for what, seconds in seen.items() if what.endswith(CLICKED)] or [0.0, 0.0]
    print(f"Marks: History {HISTORY_S:g} s, the large run {LARGE_S:g} s; load {os.getloadavg()[0]:.1f}.")
    return int(max(*history, clicked_s[0]) > HISTORY_S or max(run_s, clicked_s[1]) > LARGE_S)


CLICKED, LOADED = "by a click", "loaded anew"
TABLE = "[data-testid='stDataFrame']"
ROWS = f"{TABLE} canvas"
FIRST_ROW = {"x": 15, "y": 52}
"""Where the box is that selects it."""


def title_of(run: Run) -> str:
    """How the title of the run's page begins in the browser."""
    from pages.parts.run.headline import title_of as title

    return title(run)[0]


def in_a_browser(url: str, large: Run) -> dict[str, float]:
    """Seconds, medians, until History and the large run can be seen in a browser that has been here before."""
    from playwright.sync_api import sync_playwright

    from benchmarks.pages import Look
    from benchmarks.served import ARGUMENTS
    from start import find_browser

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        look = Look(chromium.new_page(viewport={"width": 1440, "height": 900}), url)
        found: dict[str, list[float]] = {}
        for _ in range(TRIES + 1):
            look.page.goto(url)
            look.until("h1")
            menu = look.page.locator("[data-testid='stSidebarNavLink'][href$='/history']")
            waits = {f"History, {CLICKED}": look.timed(menu.click, ROWS, "History")}
            look.page.goto(f"{url}/history?text={large.tasks:,} tasks")
            look.until(ROWS, "History")
            look.page.locator(TABLE).first.click(position=FIRST_ROW)
            opens = look.page.locator(".st-key-open_run button")
            opens.click(trial=True)
            waits[f"run of {large.tasks:,} tasks, {CLICKED}"] = look.timed(opens.click, ROWS, title_of(large))
            waits[f"History, {LOADED}"] = look.timed(lambda: look.page.goto(f"{url}/history"), ROWS, "History")
            waits[f"run of {large.tasks:,} tasks, {LOADED}"] = look.timed(
                lambda: look.page.goto(f"{url}/run?run={large.token}"), ROWS, title_of(large)
            )
            for what, seconds in waits.items():
                found.setdefault(what, []).append(seconds)
        chromium.close()
    return {what: statistics.median(seconds[1:]) for what, seconds in found.items()}


def database_mb(store: Store) -> float:
    """Megabytes that the database takes."""
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            return float(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) / 1e6
    return (store.settings.home / "overlap.db").stat().st_size / 1e6


def timed(port: int, page: str, query: str) -> tuple[float, float]:
    """Seconds until a page is drawn for a new visitor, and megabytes that were sent, medians."""
    seconds, sent_mb = [], []
    for _ in range(TRIES):
        with sessions.opened(port) as session:
            began_s = time.perf_counter()
            sent_mb.append(draw(session, page, query) / 1e6)
            seconds.append(time.perf_counter() - began_s)
    return statistics.median(seconds), statistics.median(sent_mb)


def draw(session: ClientConnection, page: str, query: str) -> int:
    """Have a page drawn and wait for its end; gives how many bytes were sent. Raises SystemExit for one that failed."""
    asked, sent = BackMsg(), 0
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, query
    session.send(asked.SerializeToString())
    while True:
        said, data = ForwardMsg(), session.recv(timeout=120)
        assert isinstance(data, bytes)
        sent += len(data)
        said.ParseFromString(data)
        if said.delta.new_element.WhichOneof("type") == "exception":
            raise SystemExit(said.delta.new_element.exception.message)
        if said.WhichOneof("type") == "script_finished":
            return sent


if __name__ == "__main__":
    sys.exit(main())
