"""Every way in which a page starts a run, or continues one: none runs a user's own code where this server forbids it,
and none reads from or writes to a storage address that its configuration does not allow.

Pages call these instead of `engine.runs.jobs` and `engine.runs.pilots`: what is stored may come from a command line,
which may run any code, and an address or a button that is not drawn any more can still be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from engine.analysis.pilot import Pilot
from engine.errors import NotAvailable
from engine.model import Configuration, Plan, Run, Told
from engine.runs import jobs
from engine.runs.allowed_addresses import must_be_within, within
from engine.runs.pilots import pilot_or_reason
from engine.runs.room import must_have_share
from pages.parts.shared.person import NOBODY, must_be_own, person
from pages.parts.shared.server import settings, store


def start(plan: Plan, token: str, told: Told | None = None) -> Run:
    """Store the plan, which `told` hears of, and start it, once for each token. Raises OverlapError."""
    must_be_allowed(plan.workload, plan.configurations)
    if plan.options.get("imported"):
        raise NotAvailable("This run came from a file, without its inputs: it can be looked at, not run.")
    with one_at_a_time():
        return jobs.start(store(), _within_addresses(plan), token, with_a_share(), told)


def resume(run: Run) -> Run:
    """Run what a run has not come to. Raises OverlapError."""
    must_be_allowed(run.workload, run.configurations)
    must_be_own(run)
    _must_stay_within_addresses(run)
    with one_at_a_time():
        with_a_share()
        return jobs.resume(store(), run)


def retry(run: Run, tasks: Iterable[int] | None = None) -> Run:
    """Run failed tasks again. Raises OverlapError."""
    must_be_allowed(run.workload, run.configurations)
    must_be_own(run)
    _must_stay_within_addresses(run)
    with one_at_a_time():
        with_a_share()
        return jobs.retry(store(), run, tasks)


def _within_addresses(plan: Plan) -> Plan:
    """The plan, whose tasks are checked as they are read. Raises InputRefused for an address not allowed here."""
    return within(plan, settings()) if plan.workload == "resize" else plan


def _must_stay_within_addresses(run: Run) -> None:
    """Raises InputRefused for a run, of a command's say, that uses an address not allowed here."""
    if run.workload == "resize":
        must_be_within(run, store().folder(run).tasks(), settings())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep a person's other clicks waiting while one is being acted on: each counts what those before it started.

    Where nobody signs in, or one may have as much as one likes, nothing is counted, and nobody waits.
    """
    who = person()
    if who is None or not (settings().runs_each or settings().gb_each):
        yield
        return
    with _GUARD:
        mine = _STARTING.setdefault(who, Lock())
    with mine:
        yield


_GUARD = Lock()
_STARTING: dict[str, Lock] = {}
"""A lock for each person who has started something."""


def with_a_share() -> str | None:
    """Who starts something, where people sign in. Raises InputRefused for one who has as much as one may have here."""
    who = person()
    if who == NOBODY:
        raise NotAvailable("Sign in first: this server runs nothing for people that it does not know.")
    if who is not None:
        must_have_share(store(), who)
    return who


def pilot(plan: Plan) -> tuple[Pilot, str | None]:
    """What a few tasks cost, or why there is nothing to say of that. Raises OverlapError."""
    must_be_allowed(plan.workload)
    return pilot_or_reason(store(), _within_addresses(plan), with_a_share())


def is_allowed(workload: str) -> bool:
    """Whether pages may run this workload here."""
    return workload != "function" or settings().allow_code


def environments_allowed() -> bool:
    """Whether pages may set variables of the trials' environment: some make a program load any code."""
    return settings().allow_code


def must_be_allowed(workload: str, configurations: Iterable[Configuration] = ()) -> None:
    """Raises NotAvailable, with the ways out, for a workload, or variables, that pages may not run here."""
    if any(one.environment for one in configurations) and not environments_allowed():
        raise NotAvailable(
            "This server sets no variables for its visitors' runs: run it from a terminal on your own machine, or have "
            "whoever runs this server start it with OVERLAP_ALLOW_CODE=1."
        )
    if not is_allowed(workload):
        raise NotAvailable(
            "This server runs no code of its visitors: run it from a terminal on your own machine, or have whoever "
            "runs this server start it with OVERLAP_ALLOW_CODE=1."
        )
