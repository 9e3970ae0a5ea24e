"""The updates that are lost without a lock, as short code that runs by itself; shown and measured as it stands.

Why they are lost: an update reads, computes and writes. In between, the interpreter may let another thread go on:
CPython does so where a Python function begins and where a loop jumps back, but not inside `count += 1`, so this alone
loses nothing on a build with a GIL. Whoever writes last overwrites what the others have added meanwhile.
"""

import threading
from contextlib import nullcontext


def one_more(number):
    return number + 1  # a call: here the interpreter may switch to another thread


def count_up(shared, updates, lock):
    for _ in range(updates):
        with lock:
            shared["count"] = one_more(shared["count"])


def with_one_more(row, item):
    longer = []
    for one in row:  # and at each turn of a loop
        longer.append(one)
    return [*longer, item]


def collect(shared, updates, lock):
    for number in range(updates):
        with lock:
            key = number % 20
            shared[key] = with_one_more(shared[key], number)


def run(work, shared, updates, lock, threads=2):
    workers = [threading.Thread(target=work, args=(shared, updates, lock)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def lost_counts(updates, locked):
    shared = {"count": 0}
    run(count_up, shared, updates, threading.Lock() if locked else nullcontext())
    return 2 * updates - shared["count"]


def lost_items(updates, locked):
    shared = {key: [] for key in range(20)}
    run(collect, shared, updates, threading.Lock() if locked else nullcontext())
    return 2 * updates - sum(len(row) for row in shared.values())


if __name__ == "__main__":
    for locked in (False, True):
        print("a lock:", locked, "- lost of 600,000 counts:", lost_counts(300_000, locked))
        print("a lock:", locked, "- lost of 10,000 items:", lost_items(5_000, locked))

# ruff: noqa: T201, PERF402
# mypy: ignore-errors
