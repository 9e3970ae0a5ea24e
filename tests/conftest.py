"""What holds for every test: a home of its own, no settings from outside, and no browser test that skips in CI."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

FALSE = ("", "0", "false", "no")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point OVERLAP_HOME at a temporary folder and drop every other setting, so that tests never touch real runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("OVERLAP_")]:
            patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("OVERLAP_HOME", str(home))
        yield home


@pytest.fixture(scope="session", autouse=True)
def _signals_end() -> None:
    """In the background, or under nohup, a shell ignores these, and every child inherits that: not here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    """The Chromium that browser tests start; None for the one that playwright brought."""
    import start

    return start.find_browser()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test below tests/browser carries the browser marker and may take its time."""
    for item in items:
        if in_browser_folder(item):
            item.add_marker(pytest.mark.browser)
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(180))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set, turn a skipped browser test into a failed one: nobody reads a skip there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and in_ci() and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"A browser test must not skip in CI. It skipped because: {reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself while it is read."""
    report = yield
    if report.skipped and in_ci() and in_browser_folder(collector):
        report.outcome = "failed"
        report.longrepr = f"A module of browser tests must not skip in CI. It skipped because: {reason(report)}"
    return report


def in_ci() -> bool:
    """Whether CI is set in the environment, as every CI service does."""
    return os.environ.get("CI", "").lower() not in FALSE


def in_browser_folder(node: pytest.Item | pytest.Collector) -> bool:
    """Whether a test or a module of tests lies in tests/browser."""
    return node.path.is_relative_to(Path(__file__).parent / "browser")


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason of a skip."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
