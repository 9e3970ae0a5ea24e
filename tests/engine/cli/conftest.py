"""Running the command line as people do, in a process of its own, or in this one, which starts no interpreter."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.group import main
from engine.config import Settings
from engine.store import Store
from tests.engine.inside import orchestrators_inside
from tests.engine.support import alive_with, until

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Cli:
    """Commands with a home of their own."""

    home: Path
    temporary: Path

    def own(self) -> dict[str, str]:
        """What sets these commands apart."""
        return {"OVERLAP_HOME": str(self.home), "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}

    def environment(self, **settings: str) -> dict[str, str]:
        """What the commands see."""
        return {**os.environ, **self.own(), **settings}

    def start(self, *arguments: object, **settings: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "engine", *map(str, arguments)], env=self.environment(**settings), cwd=ROOT,
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def __call__(
        self, *arguments: object, given: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in this process, with its run's orchestrator: the same, but for the signals."""
        words, before = [str(one) for one in arguments], signal.getsignal(signal.SIGTERM)
        try:
            with pytest.MonkeyPatch.context() as patch, orchestrators_inside():
                patch.setattr("tempfile.tempdir", str(self.temporary))
                done = CliRunner().invoke(main, words, input=given, env={**self.own(), **settings})
        finally:
            signal.signal(signal.SIGTERM, before)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    def apart(self, *arguments: object, given: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in a process of its own; no command may ever show a traceback."""
        process = self.start(*arguments, **settings)
        out, errors = process.communicate(given, timeout=55)
        assert "Traceback" not in errors, errors
        return subprocess.CompletedProcess([str(one) for one in arguments], process.returncode, out, errors)

    def interrupted(self, number: signal.Signals, *arguments: object) -> tuple[int, float, str]:
        """Start a command that runs long, send it a signal once tasks are done; gives exit code, seconds and stderr."""
        process = self.start(*arguments)
        store = Store.open(self.settings())
        try:
            until(lambda: any(run.ok > 0 for run in store.runs()), 30)
            began = time.perf_counter()
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
            return process.returncode, time.perf_counter() - began, errors
        finally:
            store.close()
            process.kill()

    def settings(self) -> Settings:
        """The settings that the commands run with."""
        return Settings(home=self.home)

    def nothing_is_left(self) -> None:
        """Nothing that a command started is alive."""
        until(lambda: not alive_with(self.home))


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line with an empty history; tests of one module share it."""
    place = tmp_path_factory.mktemp("cli")
    (place / "temporary").mkdir()
    return Cli(place / "home", place / "temporary")


def run_number(done: subprocess.CompletedProcess[str]) -> str:
    """The number of the run that a command told on stderr."""
    found = re.search(r"^Run (\d+), ", done.stderr, re.M)
    assert found, done.stderr
    return found[1]
