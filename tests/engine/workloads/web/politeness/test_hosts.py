"""The table of hosts: kept apart, shared, and never in need of clearing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.workloads.web.politeness.hosts import EACH, GROUPS, Hosts


def test_what_is_known_of_a_host_is_known_to_all_who_open_the_table(tmp_path: Path) -> None:
    until = time.monotonic() + 30
    with Hosts(tmp_path).change("shop.example") as state:
        state.next_at, state.slow_s, state.good = until, 0.5, 3
    found = Hosts(tmp_path).look("shop.example")
    assert (found.next_at, found.slow_s, found.good) == (until, 0.5, 3)
    assert Hosts(tmp_path).look("other.example").next_at == 0.0


def test_thousands_of_hosts_do_not_disturb_each_other(tmp_path: Path) -> None:
    hosts, begun = Hosts(tmp_path), time.monotonic()
    for number in range(3_000):
        with hosts.change(f"shop{number}.example") as state:
            state.next_at = begun + 60 + number / 100
    for number in range(3_000):
        assert hosts.look(f"shop{number}.example").next_at == begun + 60 + number / 100
    assert (tmp_path / "hosts.table").stat().st_size <= GROUPS * EACH * 32


def test_a_record_whose_time_is_over_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.workloads.web.politeness.hosts.GROUPS", 1)
    hosts, now = Hosts(tmp_path), time.monotonic()
    for number in range(EACH):
        with hosts.change(str(number)) as state:
            state.next_at = now + (60 if number else -1)
    with hosts.change("new") as state:
        state.next_at = now + 90
    kept = [hosts.look(str(number)).next_at for number in range(EACH)]
    assert kept == [0.0] + [now + 60] * (EACH - 1) and hosts.look("new").next_at == now + 90


def test_a_host_that_gave_trouble_is_remembered_longer_than_its_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.workloads.web.politeness.hosts.GROUPS", 1)
    hosts, now = Hosts(tmp_path), time.monotonic()
    for number in range(EACH):
        with hosts.change(str(number)) as state:
            state.next_at, state.slow_s = now - 1, 0.0 if number else 2.0
    for name in ("new", "newer"):
        with hosts.change(name) as state:
            state.next_at = now + 1
    assert hosts.look("0").slow_s == 2.0


def test_a_table_that_a_stopped_process_holds_is_not_waited_for_without_end(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path)
    held = hosts.busy("shop.example")
    begun = time.monotonic()
    with pytest.raises(TimeoutError), hosts.change("shop.example"):
        pass
    assert 0.4 < time.monotonic() - begun < 5
    assert held is not None
    held.release()
    with hosts.change("shop.example") as state:
        assert state.next_at == 0.0


def test_a_host_is_looked_up_while_another_process_writes_beside_it(tmp_path: Path) -> None:
    hosts, until = Hosts(tmp_path), time.monotonic() + 60
    with hosts.change("shop.example") as state:
        state.next_at = until
    held = hosts.busy("shop.example")
    assert held is not None
    assert hosts.look("shop.example").next_at == until
    held.release()


def test_a_record_that_changes_while_it_is_read_is_read_under_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts, until = Hosts(tmp_path), time.monotonic() + 60
    with hosts.change("shop.example") as state:
        state.next_at = until
    read, looks = hosts._read, iter([[(b"half", 1.0, 0.0, 0.0)]])
    monkeypatch.setattr(hosts, "_read", lambda at: next(looks, None) or read(at))
    assert hosts.look("shop.example").next_at == until
    held = hosts.busy("shop.example")
    looks = iter([[(b"half", 1.0, 0.0, 0.0)]])
    with pytest.raises(TimeoutError):
        hosts.look("shop.example")
    assert held is not None
    held.release()


def test_a_table_of_an_earlier_version_is_shorter_and_serves(tmp_path: Path) -> None:
    (tmp_path / "hosts.table").write_bytes(b"\0" * 64)
    assert Hosts(tmp_path).look("shop.example").next_at == 0.0


def test_noise_in_the_table_holds_up_no_host(tmp_path: Path) -> None:
    (tmp_path / "hosts.table").write_bytes(b"\xff\x00\x7f" * 700_000)
    hosts = Hosts(tmp_path)
    assert hosts.look("shop.example").next_at == 0.0
    with hosts.change("shop.example") as state:
        state.next_at = time.monotonic() + 5
    assert hosts.look("shop.example").next_at > time.monotonic()
