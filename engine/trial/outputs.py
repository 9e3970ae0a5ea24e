"""What a comparison's tasks returned: fingerprinted when the clock has stopped, and then dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.protocol.fingerprints import fingerprint
from engine.protocol.record import closed, good_ending, is_open
from engine.trial.worker.chunks import Returned, Unreadable
from engine.trial.worker.endings import failure, unsendable

Fingerprint = Callable[[Any], str | None]
"""A workload's own; None stands for the output itself."""


def tell_outputs(carried: Sequence[Returned], own: Fingerprint, write: Callable[[bytes], None]) -> None:
    """Write the records of chunks that were carried back, each with the fingerprint of its output."""
    for returned in carried:
        write(b"".join(whole_lines(returned, own)))


def whole_lines(returned: Returned, own: Fingerprint) -> Iterator[bytes]:
    """The lines of one chunk, completed. A result that no process could send is a failure, on every executor."""
    outputs = iter(returned.outputs)
    for line in returned.lines.splitlines():
        yield (completed(line, next(outputs), own) if is_open(line) else line) + b"\n"


def completed(line: bytes, output: Any, own: Fingerprint) -> bytes:
    """A good record's line with its fingerprint, or with why its result cannot be sent."""
    try:
        if type(output) is Unreadable:
            raise output.why
        ending = good_ending(None, own(output) or fingerprint(output))
    except BaseException as error:  # the output's own code: it may raise anything, and costs its own record only
        ending = failure(unsendable(error))
    return closed(line, ending)
