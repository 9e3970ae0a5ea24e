"""`compare --checkout A,B`: the same function at two commits of the user's repository, against each other.

Each commit is checked out into a folder of its own (a git worktree), from which the trials import; the working copy is
not touched, and the folders are gone afterwards. Four comparisons run, in the order A, B, B, A: a machine that slowly
becomes slower, or faster, favours neither.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from engine.analysis import words
from engine.analysis.diff import Change, difference
from engine.analysis.statistics.speedup import MARGIN
from engine.analysis.trials import TimedTrial, timed_trials
from engine.cli.terminal.telling import tell
from engine.cli.watching import open_store, run_plan
from engine.errors import InputRefused, NotAvailable
from engine.machine import private
from engine.model import Configuration, Plan, Run, configuration_from
from engine.store import Store
from engine.text import percent

ORDER = (0, 1, 1, 0)
_EXCLUDES = (
    "as_json", "html_file", "markdown_file", "script_file", "against", "only_python", "precision", "budget", "baseline",
    "references", "race",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit as it was named, its short hash, and the folder in which it lies."""

    name: str
    commit: str
    folder: Path

    @property
    def label(self) -> str:
        """``main (1a2b3c4)``."""
        return self.name if self.commit.startswith(self.name) else f"{self.name} ({self.commit})"


def must_be_alone(given: Mapping[str, Any]) -> None:
    """Raises click.UsageError for options that speak of one run, where four are made."""
    wrong = [name for name in _EXCLUDES if given.get(name)]
    if wrong:
        option = wrong[0].removesuffix("_file").removeprefix("as_").replace("_", "-")
        raise click.UsageError(
            f"--checkout makes four runs, so --{option} cannot be used with it: write each out with `overlap export`."
        )


def compare_checkouts(
    plan: Plan, configurations: Sequence[Configuration], names: str, given: Mapping[str, Any]
) -> tuple[list[Run], bool]:
    """Run and tell the four comparisons; the runs, and whether B is slower than A by more than was allowed."""
    from engine.runs.plans import comparison

    store = open_store()
    repeats = max(2, -(-(given["repeats"] or 5) // 2))
    runs: list[Run] = []
    with checked_out(names) as (top, trees):
        plans = [_at(plan, top, tree) for tree in trees]
        for number in ORDER:
            asked = comparison(plans[number], configurations, None, repeats, references=False)
            run = run_plan(store, asked, False)
            runs.append(run)
            if run.state != "finished" or run.failed:
                return runs, False
    return runs, _tell(store, runs, trees, given["fail_if_slower"])


@contextmanager
def checked_out(names: str) -> Iterator[tuple[Path, list[Checkout]]]:
    """The repository's folder, and both commits in folders of their own. Raises InputRefused, NotAvailable."""
    parts = [part.strip() for part in names.split(",")]
    if len(parts) != 2 or not all(parts) or any(part.startswith("-") for part in parts):
        raise InputRefused(f"{names!r} names no two commits: write --checkout main,HEAD.")
    top = Path(_git("rev-parse", "--show-toplevel"))
    commits = [_git("rev-parse", "--short", "--verify", "--end-of-options", f"{part}^{{commit}}") for part in parts]
    with private.scratch("checkout") as place:
        trees = [Checkout(*both, place / str(at)) for at, both in enumerate(zip(parts, commits, strict=True))]
        try:
            for tree in trees:
                _git("worktree", "add", "--detach", "--force", str(tree.folder), tree.commit)
            yield top, trees
        finally:
            for tree in trees:
                if tree.folder.exists():
                    _git("worktree", "remove", "--force", str(tree.folder))


def _git(*arguments: str) -> str:
    """What git says. The repository's hooks do not run. Raises InputRefused with git's own words."""
    try:
        done = subprocess.run(
            ["git", "-c", f"core.hooksPath={os.devnull}", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise NotAvailable("--checkout needs git: install it.") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise InputRefused(f"git cannot do that ({said}): start this in your repository, and name two commits of it.")
    return done.stdout.strip()


def _at(plan: Plan, top: Path, tree: Checkout) -> Plan:
    """The plan with its function imported from the checkout. Raises SettingRefused where it is not there."""
    from engine.runs.function_check import look_at_function

    path = [str(_moved(Path(place), top, tree.folder)) for place in plan.options["search_path"]]
    look_at_function(plan.options["function"], plan.options.get("setup"), path)
    return replace(plan, title=f"{plan.title} at {tree.label}", options={**plan.options, "search_path": path})


def _moved(place: Path, top: Path, folder: Path) -> Path:
    """Where a folder of the working copy lies in the checkout; others stay."""
    whole = place.resolve()
    return folder / whole.relative_to(top) if whole.is_relative_to(top) else place


def _timed(store: Store, runs: Sequence[Run]) -> tuple[TimedTrial, ...]:
    return tuple(
        trial
        for run in runs
        for trial in timed_trials(
            [(one, []) for one in store.trials(run) if one.repeat >= 0], configuration_from(run.terms["baseline"])
        )
    )


def _tell(store: Store, runs: Sequence[Run], trees: Sequence[Checkout], most: float | None) -> bool:
    before, after = (
        _timed(store, [run for run, number in zip(runs, ORDER, strict=True) if number == which]) for which in (0, 1)
    )
    margin, base = most or MARGIN, configuration_from(runs[0].terms["baseline"])
    changes = difference(before, after, base, margin=margin).changes
    earlier, later = (tree.label for tree in trees)
    tell(f"\n{later} against {earlier}, by the clock:")
    for change in changes:
        tell(f"  {_sentence(change, later, margin)}")
    return most is not None and any(change.standing == "slower" for change in changes)


def _sentence(change: Change, later: str, margin: float) -> str:
    name = words.sentence(change.configuration.label)
    figure = words.times(change.wall.estimate, change.wall.low, change.wall.high)
    return {
        "faster": f"{name}: {figure} as fast at {later}.",
        "slower": f"{name}: slower at {later}, {figure} as fast.",
        "same": f"{name}: the same within {percent(margin)}.",
        "undecided": f"{name}: no change that could be told from chance, {figure} as fast at {later}.",
    }[change.standing]
