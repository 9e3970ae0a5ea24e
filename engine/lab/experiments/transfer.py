"""Experiment: handing a message to another worker, by way and by size."""

from __future__ import annotations

import os
import time
import zlib

from engine.lab.model import Effort, Experiment, Finding, Point, Result, Say
from engine.lab.reading.words import seconds, size
from engine.lab.running.pools import no_subinterpreters
from engine.lab.running.speed import crowded
from engine.lab.shown.ways import WAYS, Exchange, ready_of
from engine.text import listed

SIZES = tuple(64 * 4**power for power in range(0, 11, 2))
"""64 B to 64 MiB, sixteenfold each."""
ROUND_TRIP, THROUGHPUT = "round trip", "throughput"
REFERENCE, PIPE = "reference between threads", "Pipe"
COPIED, THERE = "shared memory, copied in", "shared memory, already there"
_BATCH_S = 0.004
_MOST = 200
_LONG_S = 0.03
"""From here on an exchange needs no warm-up, and a round takes two readings of it: the experiment is to stay short."""
_CLEARLY = 1.25
ALWAYS, FROM, NEVER = "At every size", "From some size on", "Never"


def measure(say: Say, effort: Effort) -> None:
    """Round trips of random bytes by every way; in the first round the receiver's checksum is asked for first."""
    content = os.urandom(SIZES[-1])
    for way in WAYS:
        try:
            ready = ready_of(way)
        except ImportError as error:
            say.missing(way, no_subinterpreters() or f"not available here: {error.msg}")
            continue
        for bytes_ in SIZES:
            message = content[:bytes_]
            named = {"name": f"{effort.prefix}{way.count('t')}{bytes_}"} if way in (COPIED, THERE) else {}
            if effort.round == 0:
                with ready(message, zlib.crc32, **named) as exchange:
                    if exchange() != zlib.crc32(message):
                        raise ValueError(f"What {way} delivered is not what was sent, at {size(bytes_)}")
            with ready(message, len, **named) as exchange:
                _readings(say, way, bytes_, exchange, effort.repeats)


def _readings(say: Say, way: str, bytes_: int, exchange: Exchange, repeats: int) -> None:
    first = _seconds(exchange, 1)
    count = max(1, min(_MOST, round(_BATCH_S / first)))
    long = first > _LONG_S
    for took in [first, _seconds(exchange, 1)] if long else [_seconds(exchange, count) for _ in range(repeats)]:
        say.reading(way, ROUND_TRIP, took, "s", bytes_)
        say.reading(way, THROUGHPUT, bytes_ / 1e6 / took, "MB/s", bytes_)


def _seconds(exchange: Exchange, count: int) -> float:
    """Seconds that one exchange takes, over `count` of them."""
    began = time.perf_counter()
    for _ in range(count):
        exchange()
    return (time.perf_counter() - began) / count


def crossover(result: Result, quicker: str, slower: str) -> float | None:
    """The smallest size from which on one way stays clearly quicker than the other; None where there is none."""
    found = None
    other = {point.x: point for point in result.line(slower, ROUND_TRIP)}
    for point in reversed(result.line(quicker, ROUND_TRIP)):
        if point.x in other:
            if point.median * _CLEARLY >= other[point.x].median:
                break
            found = point.x
    return found


PAIRS = ((THERE, PIPE), (COPIED, PIPE), (COPIED, "pool's argument"))
"""The ways that people choose between: (quicker for large messages, slower)."""


def read(result: Result) -> Finding:
    """From which size on shared memory is quicker than a pipe, and what size does to a reference."""
    line = result.line(PIPE, ROUND_TRIP)
    if not line or not result.line(THERE, ROUND_TRIP):
        return Finding(None, "A pipe and shared memory were not both measured here, so nothing can be said.")
    if busy := crowded(result, f"a pipe took {seconds(line[0].median)} for {size(line[0].x or 0)}"):
        return busy
    at = crossover(result, THERE, PIPE)
    words = "Shared memory that holds the message already is quicker than a pipe"
    tail = _others(result) + _ends(result)
    if at is None:
        words = "Shared memory that holds the message already is not clearly quicker than a pipe here"
        return Finding(NEVER, f"{words}, also not at {size(line[-1].x or 0)}{tail}")
    if at == line[0].x:
        return Finding(ALWAYS, f"{words} at every size{tail}")
    return Finding(FROM, f"{words} from {size(at)} on{tail}")


def _others(result: Result) -> str:
    """The further cross-overs: when bytes have to be copied in first."""
    told = []
    for quicker, slower in PAIRS[1:]:
        if result.line(quicker, ROUND_TRIP) and result.line(slower, ROUND_TRIP):
            at = crossover(result, quicker, slower)
            name = "a pipe" if slower == PIPE else f"a {slower}"
            told.append(f"than {name} from {size(at)} on" if at else f"not clearly than {name}")
    return f". Copied in first, it is quicker {listed(told)}." if told else "."


def _ends(result: Result) -> str:
    """What the smallest and the largest message take by reference and by pipe."""
    told = []
    for way in (REFERENCE, PIPE):
        line = result.line(way, ROUND_TRIP)
        if len(line) > 1:
            told.append(f"a {way.lower()} {_same_or_not(line[0], line[-1])}")
    return f" From {size(SIZES[0])} to {size(SIZES[-1])}, {listed(told)}." if told else ""


def _same_or_not(first: Point, last: Point) -> str:
    times = f"{seconds(first.median)} and {seconds(last.median)}"
    return f"costs the same ({times})" if last.median < 3 * first.median else f"gets dearer ({times})"


TRANSFER = Experiment(
    name="transfer",
    lab="sharing",
    title="Handing data over",
    claim_ids=("A6", "A11"),
    claim="Data between processes goes through a Queue, a Pipe or shared memory, and that costs; "
    "threads share it for free.",
    done="A message of random bytes goes to another worker, which answers with its length. "
    "A checksum tells first that the bytes received are those sent.",
    measured="Time from sending until the answer is there (round trip), and bytes sent divided by it (throughput).",
    refuted_by="A reference that takes longer for more bytes, or shared memory that is never quicker than a pipe.",
    question="Bytes in shared memory against the same bytes through a pipe: when is shared memory quicker?",
    answers=(ALWAYS, FROM, NEVER),
    measure=measure,
    read=read,
    repeats=3,
    x_name="bytes",
    log_x=True,
)
