"""The tasks that a trial runs, read from the run's list of tasks."""

from __future__ import annotations

import json
from typing import Any

from engine.errors import NotAvailable
from engine.protocol.pickling import from_fields, unpacked
from engine.protocol.specification import Specification
from engine.trial.worker.chunks import Attempt, Held


def read_attempts(spec: Specification) -> tuple[list[Attempt], list[Attempt]]:
    """The tasks to run, in order, and those that must first run alone.

    Where workers hold all arguments themselves, `Held` stands for each. Raises NotAvailable, see `argument_of`.
    """
    attempts, alone = _read(spec)
    if not spec.configuration.held:
        return attempts, alone
    return [one._replace(argument=Held()) for one in attempts], [one._replace(argument=Held()) for one in alone]


def _read(spec: Specification) -> tuple[list[Attempt], list[Attempt]]:
    only, suspects = spec.only, spec.suspects
    attempts: list[Attempt] = []
    alone: list[Attempt] = []
    decode = json.JSONDecoder().raw_decode  # 100,000 lines come before the first task, and json.loads takes longer
    with open(spec.tasks, encoding="utf-8") as lines:
        for index, line in enumerate(lines):
            if index in suspects:
                alone.append(Attempt(index, argument_of(decode(line)[0]), suspects[index] + 1))
            elif only is None:
                attempts.append(Attempt(index, argument_of(decode(line)[0])))
            elif index in only:
                attempts.append(Attempt(index, argument_of(decode(line)[0]), only[index] + 1))
    return attempts, alone


def argument_of(line: list[Any]) -> Any:
    """A stored task's argument as the task gets it. Raises NotAvailable where its pickle cannot be read here."""
    label, argument, *pickled = line
    if not pickled:
        return argument
    value = from_fields(argument, *pickled)
    if value.by_value:  # read in the worker, because it could not be sent on from here
        return value
    try:
        return unpacked(value)
    except (ImportError, AttributeError) as error:  # this Python lacks what the others have
        raise NotAvailable(f"The argument of task {label!r} cannot be read here ({error}).") from error
    except BaseException:
        return value  # read again where its task runs: it is that task's failure
