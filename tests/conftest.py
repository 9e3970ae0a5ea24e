"""What holds for every test: a home of its own, no settings from outside, and no browser test that skips in CI.

`make test` runs the tests in phases, because some promise seconds and others measure: `--phase` chooses one.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from PIL import Image

# How long one example takes is this machine's affair; pytest's own time limit holds for the whole test.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

HERE = Path(__file__).parent
FALSE = ("", "0", "false", "no")
BESIDE = "beside"
PHASES = {
    "browser": ["browser"],
    "paced": [
        "engine/lab/running/test_bench.py", "engine/test_contract.py", "engine/test_kills.py",
        "engine/orchestrator/test_services.py", "test_start.py",
    ],
    "alone": [
        "engine/lab/test_ways.py", "engine/test_measurement.py", "engine/machine/test_sampler.py",
        "engine/trial/references/test_agreement.py",
    ],
}
"""Phase: its files and folders below tests. A browser keeps two cores busy; paced tests promise something within
seconds; those of the last phase measure time or memory, so no other test may run beside them. All others: BESIDE."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--phase` runs the tests of one phase; without it, all are run."""
    parser.addoption("--phase", choices=[*PHASES, BESIDE], help="run the tests of this phase alone")


@cache
def phase_of(path: Path) -> str:
    """The phase of a file of tests."""
    return next(
        (name for name, places in PHASES.items() if any(path.is_relative_to(HERE / one) for one in places)), BESIDE
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What holds no test of the phase is not even read: importing all of them takes longer than a short phase."""
    phase, path = config.getoption("phase"), collection_path
    if not phase or not path.is_relative_to(HERE):
        return None
    leads_there = any((HERE / one).is_relative_to(path) for one in PHASES.get(phase, ()))
    return None if phase_of(path) == phase or leads_there else True


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point OVERLAP_HOME at a temporary folder and drop every other setting, so that tests never touch real runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("OVERLAP_")]:
            patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("OVERLAP_HOME", str(home))
        patch.setenv("OVERLAP_STANDBY", "0")  # a process beside each test of a page; `test_standby` has its own
        yield home


@pytest.fixture(scope="session", autouse=True)
def _signals_end() -> None:
    """In the background, or under nohup, a shell ignores these, and every child inherits that: not here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _pillows_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening an image sets Pillow's limit of pixels for the whole process: each test begins with Pillow's own."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    """The Chromium that browser tests start; None for the one that playwright brought."""
    import start

    return start.find_browser()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test below tests/browser carries the browser marker and may take its time; other phases' are left out."""
    phase = config.getoption("phase")
    if phase:  # a file that was asked for by its name is read whatever its phase
        config.hook.pytest_deselected(items=[item for item in items if phase_of(item.path) != phase])
        items[:] = [item for item in items if phase_of(item.path) == phase]
    for item in items:
        if in_browser_folder(item):
            item.add_marker(pytest.mark.browser)
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(300))


def pytest_collection_finish() -> None:
    """The collector of garbage leaves out what was collected here: 8,000 tests and what they import.

    Streamlit has it look through everything after each script, which took 0.2 s of CPU time each time.
    """
    gc.collect()
    gc.freeze()


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
    return node.path.is_relative_to(HERE / "browser")


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason of a skip."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
