"""About this server: machine, limits and the queue; and what is shown when the runs cannot be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.config import Settings, usable_cpus
from engine.machine.busy import CpuReading
from pages.menu import PAGES
from pages.parts.start.machine_strip import FRESH_S
from tests.pages.conftest import Opened, table_with


def test_it_shows_the_machine_and_every_setting_with_its_variable(opened: Opened, settings: Settings) -> None:
    app = opened("server.py")
    assert any(metric.value.startswith(f"{usable_cpus()} of") for metric in app.metric)
    named = table_with(app, "Setting").set_index("Setting")["Value"]
    assert named["OVERLAP_MAX_URLS"] == f"{settings.max_urls:,}"
    assert named["OVERLAP_HOME"] == str(settings.home)


def test_a_setting_that_may_hold_a_password_is_not_shown(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_PROXY", "http://user:secret@proxy.example:3128")
    named = table_with(opened("server.py"), "Setting").set_index("Setting")["Value"]
    assert named["OVERLAP_PROXY"] == "set"


def test_a_damaged_database_shows_a_reason_on_every_page(opened: Opened, home: Path) -> None:
    (home / "overlap.db").write_bytes(b"this is no database" * 1000)
    try:
        for entry in PAGES:
            app = opened(entry.file)
            assert app.error, entry.file
    finally:
        (home / "overlap.db").unlink()


def test_a_setting_that_cannot_be_used_is_named(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_MAX_URLS", "many")
    assert "OVERLAP_MAX_URLS" in opened("scrape.py").error[0].value.replace("\\", "")
    monkeypatch.delenv("OVERLAP_MAX_URLS")


def test_how_busy_it_is_now_is_not_the_mean_since_an_old_look(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[CpuReading | None] = []

    def share(since: CpuReading | None = None) -> float:
        asked.append(since)
        return 0.0

    monkeypatch.setattr("engine.machine.busy.share", share)
    app = opened("server.py")
    for old_s, used in ((FRESH_S + 1, False), (FRESH_S / 2, True)):
        app.session_state["machine:reading"] = CpuReading(1.0, 2.0, time.monotonic() - old_s)
        app.run()
        assert (asked[-1] is not None) == used
