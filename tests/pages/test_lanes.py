"""The lanes of a job: every mark is a record, or a task that the board says is under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.analysis.tally import Tally
from engine.config import Settings
from engine.model import Configuration, Measurement, Plan, Run, State, Trial, new_token, plain
from engine.protocol.record import row_of
from engine.runs import jobs
from engine.runs.plans import scrape_plan, simple_plan
from engine.store import Store
from engine.store.spans import Bin, Span
from pages.parts.components import lane_data as data
from pages.parts.components.lane_data import (
    DONE,
    FAILED_KIND,
    PUT_BACK,
    STRETCHES,
    UNDER_WAY,
    Window,
    lane_data,
    marks_of,
)
from pages.parts.components.lanes import AROUND_PX, height_of, in_words, lanes_of
from pages.parts.components.seats import rows_of, seats_of
from pages.parts.components.sparkline import sparkline
from pages.parts.job.live import live
from pages.parts.run.headline import tiles
from pages.parts.run.summary import Pace

Ended = Callable[[Plan], Run]


def span(worker: int, start_s: float, end_s: float, status: str = "ok", waited_s: float = 0.0) -> Span:
    return Span(worker, start_s, end_s, status, waited_s, f"task of {worker}")


def test_a_mark_for_each_task_and_the_wait_for_a_host_only_while_its_worker_was_free() -> None:
    marks = marks_of([span(0, 0.0, 1.0), span(0, 1.5, 2.0, waited_s=3.0), span(1, 0.5, 0.9, "failed")])
    assert [mark[:4] for mark in marks] == [
        (0, 0.0, 1.0, DONE), (0, 1.0, 1.5, PUT_BACK), (0, 1.5, 2.0, DONE), (1, 0.5, 0.9, FAILED_KIND),
    ]  # fmt: skip


def test_a_rate_of_one_is_told_of_one_thing(ended: Ended, quick: Plan) -> None:
    run = replace(ended(quick), workload="resize")
    told = {rate: dict((name, value) for name, value, _ in tiles(run, Pace(1.0, None, rate)))["Throughput"]
            for rate in (0.66, 1.0, 1.04, 2.0, 12.4)}  # fmt: skip
    assert list(told.values()) == ["0.66 images/s", "1 image/s", "1 image/s", "2 images/s", "12 images/s"]
    picture = {"lanes": 2, "live": False, "now": 1.0, "seats": None}
    assert lanes_of(run, [], picture, "images")["waits"] == "waiting for its photo"
    assert lanes_of(replace(run, workload="scrape"), [], picture, "pages")["waits"] == "waiting for its turn"


def test_a_failure_is_told_in_its_tile_between_two_looks_too(ended: Ended, quick: Plan, store: Store) -> None:
    run = replace(ended(quick), state="running", ok=3, failed=1)
    told = live(store, run)
    assert told["tiles"]["Failed"] == "1" and "1 failed" in told["bar"]
    assert dict((name, value) for name, value, _ in tiles(run, Pace(1.0, None, 1.0)))["Failed"] == ":red[1]"


def test_a_task_of_many_stretches_fills_them_all_and_short_ones_add_up() -> None:
    window = Window(0.0, float(STRETCHES), float(STRETCHES))
    bins = [Bin(3, 0, 4, 0, 0.5), Bin(3, 1, 1, 0, 0.25)]
    cells = data.heat_cells(bins, [span(2, 10.5, 12.25)], window, rows_of(40, 64))
    assert cells[0, 3] == 0.5 and cells[1, 3] == 0.25
    assert cells[2, 10:14].tolist() == [0.5, 1.0, 0.25, 0.0]
    assert np.count_nonzero(cells) == 5


def test_more_workers_than_rows_share_them_and_the_share_is_of_all_their_time() -> None:
    window = Window(0.0, float(STRETCHES), float(STRETCHES))
    rows = rows_of(201, 64)
    assert (rows.each, rows.of[3], rows.of[4], rows.members[0], rows.members[-1]) == (4, 0, 1, 4, 1)
    cells = data.heat_cells([Bin(0, 0, 2, 0, 2.0)], [], window, rows)
    assert cells[0, 0] == 0.5, "two of the row's four workers were busy"


def test_a_heat_map_goes_to_its_end_however_many_tasks_took_longer_than_a_stretch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "LONG", 10)
    how = Configuration("threads", 40)
    run = store.create(simple_plan("compute", 4, {}, how, store.settings), "rlong", {})
    trial = store.add_trial(run, 0, plain(how), 4_000)
    rows = [row_of(trial.id, "", task=40 * turn + worker, worker=worker, started_s=turn / 10,
                   finished_s=(turn + 1) / 10, status="ok") for turn in range(100) for worker in range(40)]  # fmt: skip
    store.records.add(trial, run, rows, 4_000, 0)
    store.set_state(run, "finished")
    cells = lane_data(store, store.run(run.token), store.trials(run))["heat"]["cells"]
    assert min(cells) >= 98, "every worker was busy from the first moment to the last"


HOSTS = tuple(f"host{number % 125:03d} tcp://10.0.0.1:{number}" for number in range(1_000))


@pytest.mark.parametrize("workers", [65, 100, 256])
def test_each_of_a_clusters_workers_has_a_row_and_those_of_a_host_stand_beside_each_other(workers: int) -> None:
    seats = seats_of(HOSTS, workers)
    assert seats is not None and seats.rows.each == 1 and sorted(seats.rows.of) == list(range(workers))
    plain = seats.plain()
    assert len(plain["workers"]) == workers == sum(count for _, count in plain["hosts"])
    assert [host for host, _ in plain["hosts"]] == sorted(set(f"host{n % 125:03d}" for n in range(workers)))
    for row, (number, address) in enumerate(plain["workers"]):
        assert seats.rows.of[number] == row and HOSTS[number].endswith(address)


def test_hosts_are_in_the_order_of_their_numbers() -> None:
    names = ["node10 tcp://10.0.0.10:9", "node9 tcp://10.0.0.9:10", "node9 tcp://10.0.0.9:9", "10.0.0.1 x", "",
             "node x"]  # fmt: skip
    seats = seats_of(names, len(names))
    assert seats is not None and [number for _, _, number in seats.lanes] == [3, 5, 2, 1, 0, 4]


@pytest.mark.parametrize(
    ("counts", "each", "rows"), [([8] * 125, 4, 250), ([1] * 400, 1, 400), ([600], 3, 200), ([255, 2], 2, 129)]
)
def test_a_thousand_workers_share_rows_with_those_of_their_own_host_alone(
    counts: list[int], each: int, rows: int
) -> None:
    names = [f"h{host:03d} tcp://{host}:{one}" for host, count in enumerate(counts) for one in range(count)]
    seats = seats_of(names, len(names))
    assert seats is not None and (seats.rows.each, len(seats.rows.members)) == (each, rows)
    assert sum(seats.rows.members) == len(names) and max(seats.rows.members) <= each
    on_rows: dict[int, set[str]] = {}
    for number, row in enumerate(seats.rows.of):
        on_rows.setdefault(row, set()).add(names[number].partition(" ")[0])
    assert len(on_rows) == rows and all(len(hosts) == 1 for hosts in on_rows.values())
    assert sum(count for _, count in seats.plain()["hosts"]) == rows == len(seats.plain()["workers"])


@pytest.mark.parametrize(("now_s", "expected"), [(0.0, (0.0, 2.0)), (4.0, (0.0, 5.0)), (30.0, (0.0, 30.0)),
                                                (95.0, (65.0, 95.0))])  # fmt: skip
def test_the_window_grows_in_round_steps_and_then_moves(now_s: float, expected: tuple[float, float]) -> None:
    window = data._window(now_s)
    assert (window.from_s, window.to_s) == expected


def test_tasks_a_second_add_up_to_the_tasks_and_a_burst_is_no_thousands_a_second() -> None:
    window = Window(0.0, 6.0, 6.0)
    rate = data.rate_of([Bin(at, 0, 3, 1, 0.0) for at in range(STRETCHES)], window)
    assert sum(rate["done"]) * rate["width"] == pytest.approx(2 * STRETCHES)
    assert sum(rate["failed"]) * rate["width"] == pytest.approx(STRETCHES)
    burst = data.rate_of([Bin(5, 0, 2, 2, 0.0)], Window(0.0, 0.008, 0.008))
    assert burst["failed"] == [2 / 0.008], "one stretch, no finer than the whole run"


def test_a_finished_run_shows_every_record_and_its_failures(store: Store, ended: Ended, settings: Settings) -> None:
    urls = ["http://10.0.0.1/a", "http://10.0.0.1/b", "ftp://shop.example/c"]
    run = ended(scrape_plan(urls, Configuration("threads", 2), settings))
    picture = lane_data(store, run, store.trials(run))
    assert picture["lanes"] == 2 and not picture["live"] and picture["heat"] is None
    assert [mark[3] for mark in picture["marks"]] == [FAILED_KIND] * 3
    assert all(mark[2] <= picture["to"] for mark in picture["marks"])


def test_after_a_retry_the_trials_stand_one_behind_the_other(store: Store, ended: Ended, settings: Settings) -> None:
    run = ended(scrape_plan(["http://10.0.0.1/a", "http://10.0.0.1/b"], Configuration("threads", 2), settings))
    jobs.retry(store, run)
    run = jobs.wait(store, run)
    trials = store.trials(run)
    picture = lane_data(store, run, trials)
    assert len(picture["marks"]) == 4 and len(picture["seams"]) == 1
    assert sum(mark[1] >= picture["seams"][0] for mark in picture["marks"]) == 2


def test_more_tasks_than_can_be_told_apart_are_a_heat_map(
    store: Store, ended: Ended, quick: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ended(quick)
    monkeypatch.setattr(data, "MOST", 3)
    picture = lane_data(store, run, store.trials(run))
    assert picture["marks"] == [] and picture["heat"]["rows"] == 2
    assert 0 < max(picture["heat"]["cells"]) <= 100


def test_a_heat_map_from_a_tally_is_that_of_the_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST", 3)
    how = Configuration("threads", 2)
    run = store.create(simple_plan("compute", 4, {}, how, store.settings), "rtallied", {})
    trial = store.add_trial(run, 0, plain(how), 900)
    rows = [
        row_of(trial.id, f"task {n}", task=n, worker=n % 2, started_s=n / 100, finished_s=n / 100 + (n % 7) / 50 + 0.01,
               status="failed" if n % 9 == 0 else "ok")
        for n in range(900)
    ]  # fmt: skip
    store.records.add(trial, run, rows, 800, 100)
    store.set_state(run, "finished")
    read = lane_data(store, store.run(run.token), store.trials(run))
    tally = Tally(2)
    tally.take(rows)
    store.update_trial(trial, tally=tally.plain())
    monkeypatch.setattr(store.spans, "bins", None)
    drawn = lane_data(store, store.run(run.token), store.trials(run))
    assert drawn["to"] == pytest.approx(read["to"]) and drawn["marks"] == []
    assert np.abs(np.array(drawn["heat"]["cells"]) - np.array(read["heat"]["cells"])).max() <= 45  # at a cell's edges
    assert sum(drawn["heat"]["cells"]) == pytest.approx(sum(read["heat"]["cells"]), rel=0.02)
    for kind in ("done", "failed"):
        assert sum(drawn["rate"][kind]) == pytest.approx(sum(read["rate"][kind]), rel=0.01)


NAMES = ("north tcp://10.0.0.2:5", "south tcp://10.0.0.3:1", "north tcp://10.0.0.2:4", "")


def on_a_cluster(store: Store, token: str, names: tuple[str, ...], workers: int = 4) -> Run:
    """A run that goes on: a task of a second on each worker, one behind the other."""
    how = Configuration("dask", workers)
    run = store.create(simple_plan("compute", workers, {}, how, store.settings), token, {})
    trial = store.add_trial(run, 0, plain(how), workers)
    rows = [row_of(trial.id, f"task {n}", task=n, worker=n, started_s=float(n), finished_s=n + 1.0,
                   status="ok") for n in range(workers)]  # fmt: skip
    store.records.add(trial, run, rows, workers, 0)
    store.update_trial(trial, measurement=Measurement(worker_names=names))
    return run


@pytest.mark.parametrize("state", ["running", "finished"])
def test_a_clusters_lanes_are_named_and_those_of_a_host_stand_beside_each_other(store: Store, state: State) -> None:
    run = on_a_cluster(store, "rcluster", NAMES)
    with store.folder(run).lock():
        store.set_state(run, state)
        run = store.run(run.token)
        picture = lane_data(store, run, store.trials(run))
        assert picture["live"] is (state == "running")
        assert picture["seats"]["hosts"] == [("north", 2), ("south", 1), ("unknown", 1)]
        assert [number for number, _ in picture["seats"]["workers"]] == [2, 0, 1, 3]
        lanes = {round(mark[1]): mark[0] for mark in picture["marks"]}
        assert lanes == {2: 0, 0: 1, 1: 2, 3: 3}, "the task of worker 2 is on the first lane"
        told = in_words(run, store.trials(run), picture)
        assert "by host: 2 workers on north, 1 worker on south and 1 worker on unknown" in told


def one_task_each(trial: Trial, workers: int) -> Tally:
    """What a trial's tally knows when each worker had one task of a second, one worker after another."""
    tally = Tally(workers)
    tally.take([row_of(trial.id, "", task=n, worker=n, started_s=float(n), finished_s=n + 1.0, status="ok")
                for n in range(workers)])
    return tally


@pytest.mark.parametrize("tallied", [False, True])
def test_a_heat_maps_rows_are_those_hosts_too(store: Store, monkeypatch: pytest.MonkeyPatch, tallied: bool) -> None:
    monkeypatch.setattr(data, "MOST", 3)
    run = on_a_cluster(store, "rheat", NAMES)
    (trial,) = store.trials(run)
    if tallied:
        store.update_trial(trial, tally=one_task_each(trial, 4).plain())
    store.set_state(run, "finished")
    picture = lane_data(store, store.run(run.token), store.trials(run))
    cells = np.array(picture["heat"]["cells"]).reshape(4, STRETCHES)
    quarters = [int(np.argmax(row.reshape(4, -1).sum(axis=1))) for row in cells]
    assert quarters == [2, 0, 1, 3], "when each row's worker was busy"


@pytest.mark.parametrize("tallied", [False, True])
def test_above_sixty_four_workers_rows_are_those_hosts_too(store: Store, tallied: bool) -> None:
    run = on_a_cluster(store, "rmany", HOSTS[:130], 130)
    (trial,) = store.trials(run)
    if tallied:
        store.update_trial(trial, tally=one_task_each(trial, 130).plain())
    store.set_state(run, "finished")
    run = store.run(run.token)
    picture = lane_data(store, run, store.trials(run))
    cells = np.array(picture["heat"]["cells"]).reshape(130, STRETCHES)
    assert [host for host, count in picture["seats"]["hosts"] if count == 2] == [f"host{n:03d}" for n in range(5)]
    busy = [int(np.argmax(row)) for row in cells]
    for host in range(5):
        expected = [number * STRETCHES / 130 for number in (host, host + 125)]
        assert sorted(busy[2 * host : 2 * host + 2]) == pytest.approx(expected, abs=1.5), "in the order of addresses"
    drawn = lanes_of(run, store.trials(run), picture, "tasks")
    assert drawn["title"] == "130 workers by host, the whole run" and drawn["height"] == 512
    assert "by host: 125 hosts" in drawn["told"]


def test_where_workers_have_no_names_or_were_counted_together_a_row_is_a_number(store: Store) -> None:
    run = on_a_cluster(store, "rnone", ("", ""), 2)
    store.set_state(run, "finished")
    assert lane_data(store, store.run("rnone"), store.trials(run))["seats"] is None
    old = on_a_cluster(store, "rold", HOSTS[:100], 100)
    (trial,) = store.trials(old)
    tally = Tally(100)
    tally.each = 2  # as an older version counted them
    tally.take([row_of(trial.id, "", task=0, worker=99, started_s=0.0, finished_s=1.0, status="ok")])
    store.update_trial(trial, tally=tally.plain())
    store.set_state(old, "finished")
    picture = lane_data(store, store.run("rold"), store.trials(old))
    assert picture["seats"] is None and picture["heat"]["rows"] == 50
    assert np.flatnonzero(np.array(picture["heat"]["cells"]).reshape(50, STRETCHES).sum(axis=1)).tolist() == [49]
    cut = on_a_cluster(store, "rcut", ("b \x1b[31mtcp://x", "a"))
    store.set_state(cut, "finished")
    seats = lane_data(store, store.run("rcut"), store.trials(cut))["seats"]
    assert seats["hosts"] == [("a", 1), ("b", 1), ("unknown", 2)], "a resumed run may have fewer seats than workers"
    assert "\x1b" not in str(seats).replace("\\x1b", "")


def test_what_is_under_way_is_on_its_lane_before_it_has_a_record(store: Store, settings: Settings) -> None:
    run = jobs.start(store, simple_plan("wait", 2, {"seconds": 20.0}, Configuration("threads", 2), settings))
    deadline = time.perf_counter() + 20
    while time.perf_counter() < deadline:
        picture = lane_data(store, store.run(run.token), store.trials(run))
        if len(picture["marks"]) == 2:
            break
        time.sleep(0.05)
    assert [(mark[0], mark[3]) for mark in sorted(picture["marks"])] == [(0, UNDER_WAY), (1, UNDER_WAY)]
    assert all(0 <= mark[1] <= mark[2] for mark in picture["marks"])
    jobs.cancel(store, run)


def test_between_two_looks_a_live_job_is_told_its_figures_and_when_to_look_again(store: Store, quick: Plan) -> None:
    run = store.create(quick, new_token(), {})
    with store.folder(run).lock():
        begins = live(store, store.run(run.token))
        store.set_state(run, "running")
        assert live(store, store.run(run.token))["stage"] == begins["stage"], "there is nothing more to see yet"
        store.update_run(run, ok=2)
        first = live(store, store.run(run.token))
        assert first["tiles"]["Done"] == "2 of 4" and first["tiles"]["Failed"] == "0"
        assert "2 of 4 done" in first["bar"] and 'aria-valuenow="2"' in first["bar"]
        assert first["lanes"]["lanes"] == 2 and first["lanes"]["live"]
        assert first["lanes"]["height"] == height_of(2, "threads")
        store.update_run(run, ok=3)
        second = live(store, store.run(run.token))
        assert second["stage"] == first["stage"] and "3 of 4 done" in second["bar"], "nothing but figures has changed"
        store.update_run(run, failed=1)
        mixed = live(store, store.run(run.token))
        assert (mixed["tiles"]["Done"], "3 of 4 done, 1 failed" in mixed["bar"]) == ("3 of 4", True)
        store.set_state(run, "finished")
        assert len({begins["stage"], second["stage"], live(store, store.run(run.token))["stage"]}) == 3
        idle_s, total_s = second["clock"]
        assert 0 < idle_s < total_s


def test_the_height_depends_on_the_workers_alone() -> None:
    heights = [height_of(workers, "threads") for workers in (1, 2, 8, 16, 32, 33, 512)]
    assert heights == [18, 36, 128, 128, 128, 128, 128] and AROUND_PX < 100
    assert [height_of(workers, "dask") for workers in (8, 33, 100, 1_000)] == [128, 132, 400, 512]


def test_a_sparkline_is_a_picture_without_text_from_outside_and_nothing_for_too_few_values() -> None:
    assert sparkline([1.0, 2.0], "#0072B2") == "" == sparkline([0.0] * 9, "#0072B2")
    assert sparkline([1.0, 0.0, 3.0], "#0072B2").startswith(" ![over time](data:image/svg+xml;base64,")
