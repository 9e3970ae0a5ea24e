"""Results of experiments as a stub machine would give them, and what is to be said of each."""

from __future__ import annotations

from dataclasses import replace

from engine.lab.experiments import (
    deadlock,
    handover,
    isolation,
    lock_cost,
    lost_updates,
    memory,
    oversubscription,
    pickling,
    pure_python,
    releasing,
    startup,
    transfer,
    waiting,
)
from engine.lab.model import Result
from tests.engine.lab.made import point, result, speeds


def startups(thread_s: float, process_s: float) -> Result:
    return result(
        "startup",
        point("thread", startup.FURTHER, thread_s),
        point("process (fork)", startup.FURTHER, process_s),
        point("process (spawn)", startup.FURTHER, 9 * process_s),
    )


def memories(thread_mb: float, process_mb: float, claimed_mb: float) -> Result:
    return result(
        "memory",
        point("thread", memory.PSS, thread_mb),
        point("process (fork)", memory.PSS, process_mb),
        point("process (fork)", memory.RSS, claimed_mb),
    )


def handovers(thread_s: float, process_s: float) -> Result:
    return result(
        "handover", point("threads", handover.COST, thread_s, 1), point("processes", handover.COST, process_s, 1)
    )


def both(hashing: float, resizing: float) -> Result:
    first = speeds("releasing", prefix=releasing.HASHING, threads=hashing, processes=1.9)
    second = speeds("releasing", prefix=releasing.PILLOW, threads=resizing, processes=1.9)
    return replace(first, points=first.points + second.points)


def crowd(least: float, most: float) -> Result:
    counts = {1: 1.0, 2: least, 4: least, 16: most}
    return result(
        "oversubscription",
        *(point(name, "speed", speed, x) for name in oversubscription.CHOSEN for x, speed in counts.items()),
    )


def crash(lost: float, named: float = 1, blamed: float = 0) -> Result:
    figures = {isolation.LOST: lost, isolation.NAMED: named, isolation.INNOCENT: blamed, isolation.AGAIN: 3}
    points = [point(name, quantity, value) for name in ("threads", "processes") for quantity, value in figures.items()]
    return result("isolation", *points, point("threads", isolation.RECOVERY, 0.4))


def transfers(shared_s: tuple[float, float, float], pipe_s: tuple[float, float, float], reference_s: float) -> Result:
    sizes = (64, 65536, 67108864)
    lines = {transfer.THERE: shared_s, transfer.COPIED: shared_s, transfer.PIPE: pipe_s}
    points = [
        point(way, transfer.ROUND_TRIP, took, size)
        for way, line in lines.items()
        for size, took in zip(sizes, line, strict=True)
    ]
    ends = ((64, 2e-5), (67108864, reference_s))
    points += [point(transfer.REFERENCE, transfer.ROUND_TRIP, took, x) for x, took in ends]
    return result("transfer", *points)


def shares(records: float) -> Result:
    return result(
        "pickling",
        point(pickling.BYTES, pickling.SHARE, 0.01, 4),
        point(pickling.ROWS, pickling.SHARE, records, 4),
    )


def races(bare: float, locked: float) -> Result:
    return result(
        "lost_updates",
        *(
            point(lost_updates.series_of(name, lock), quantity, value)
            for name in lost_updates.RACES
            for lock, lost in ((False, bare), (True, locked))
            for quantity, value in ((lost_updates.LOST, lost), (lost_updates.TIME, 1e-7))
        ),
    )


def locks(alone_s: float, two_s: float) -> Result:
    return result(
        "lock_cost",
        point(lock_cost.THREAD, lock_cost.COST, alone_s, 1),
        point(lock_cost.THREAD, lock_cost.COST, two_s, 2),
    )


def meetings(opposite: float, same: float) -> Result:
    return result(
        "deadlock",
        point(deadlock.OPPOSITE, deadlock.STUCK, opposite, spread=0),
        point(deadlock.SAME, deadlock.STUCK, same, spread=0),
        point(deadlock.OPPOSITE, deadlock.TIME, 0.16),
    )


CASES = [
    # the claim holds, and each way in which it may not
    ("startup", startups(1e-4, 5e-3), startup.PROCESSES, "takes 50 times as long to start as a thread"),
    ("startup", startups(5e-3, 5e-3), startup.SAME, "about as long to start"),
    ("startup", startups(5e-2, 5e-3), startup.THREADS, "A thread takes longer to start than a process"),
    ("memory", memories(0.02, 3, 19), memory.MORE, "Adding up RSS would have claimed 19 MB"),
    ("memory", memories(3, 3, 3), memory.SAME, "Adding up RSS gives no more here"),
    ("memory", memories(9, 3, 19), memory.LESS, "less memory than a thread"),
    ("handover", handovers(5e-6, 1e-4), handover.DEARER, "costs 20 times as much as one for a thread"),
    ("handover", handovers(1e-4, 1e-4), handover.SAME, "about as much as one for a thread"),
    ("handover", handovers(1e-4, 5e-6), handover.CHEAPER, "costs less than one for a thread"),
    ("pure_python", speeds("pure_python", threads=0.99, processes=1.9), pure_python.ONLY_PROCESSES, "take turns"),
    ("pure_python", speeds("pure_python", threads=1.9, processes=1.9), pure_python.BOTH, "threads gain"),
    ("pure_python", speeds("pure_python", threads=1.0, processes=1.0), pure_python.NEITHER, "neither threads"),
    ("pure_python", speeds("pure_python", threads=1.9, processes=0.9), pure_python.ONLY_THREADS, "processes do not"),
    ("releasing", both(1.9, 1.9), releasing.YES, "Threads do get faster"),
    ("releasing", both(1.0, 1.0), releasing.NO, "Threads gain nothing"),
    ("releasing", both(1.9, 1.0), releasing.SOME, "one of the two"),
    ("waiting", speeds("waiting", threads=2, asyncio=2), waiting.ALL, "Waits overlap here on threads and asyncio"),
    ("waiting", speeds("waiting", threads=2, asyncio=1), waiting.SOME, "but not on asyncio"),
    ("waiting", speeds("waiting", threads=1, asyncio=1), waiting.NONE, "on no executor"),
    ("oversubscription", crowd(1.9, 1.2), oversubscription.COSTS, "cost speed"),
    ("oversubscription", crowd(1.9, 1.9), oversubscription.NOTHING, "neither gained nor cost"),
    ("oversubscription", crowd(1.2, 1.9), oversubscription.GAINS, "still gained"),
    ("isolation", crash(0), isolation.NOTHING, "cost no result"),
    ("isolation", crash(5), isolation.SOMETHING, "5 of 20 tasks on threads"),
    ("isolation", crash(20), isolation.ALL, "20 of 20 tasks"),
    ("isolation", crash(0, blamed=2), isolation.SOMETHING, "blame did not fall"),
    ("isolation", crash(0, named=0), isolation.SOMETHING, "blame did not fall"),
    ("transfer", transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 2e-5), transfer.FROM, "than a pipe from 64 KiB on"),
    ("transfer", transfers((1e-5, 1e-5, 1e-5), (5e-5, 1e-4, 0.2), 2e-5), transfer.ALWAYS, "at every size"),
    ("transfer", transfers((5e-5, 1e-4, 0.3), (5e-5, 1e-4, 0.2), 2e-5), transfer.NEVER, "not clearly quicker"),
    ("pickling", shares(0.85), pickling.MOST, "most of the cost"),
    ("pickling", shares(0.3), pickling.SOME, "not most of it"),
    ("pickling", shares(0.02), pickling.LITTLE, "hardly matters"),
    ("lost_updates", races(0.2, 0), lost_updates.SOME, "With a lock, none is lost"),
    ("lost_updates", races(0, 0), lost_updates.NONE, "No update was lost"),
    ("lost_updates", races(0.2, 0.1), lost_updates.BOTH, "even with a lock"),
    ("lock_cost", locks(5e-8, 5e-7), lock_cost.DEARER, "costs 10 times as much for each use"),
    ("lock_cost", locks(5e-8, 5e-8), lock_cost.SAME, "about as much for each use"),
    ("lock_cost", locks(5e-7, 5e-8), lock_cost.CHEAPER, "costs less for each use"),
    ("deadlock", meetings(1, 0), deadlock.ALWAYS, "wait for each other"),
    ("deadlock", meetings(0, 0), deadlock.NEVER, "No thread was stuck"),
    ("deadlock", meetings(1, 1), deadlock.BOTH, "whatever the order"),
]
