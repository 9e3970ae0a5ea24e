"""The same race between processes: a number in shared memory, with and without its lock; runs by itself.

Each process has a GIL of its own, so nothing keeps two of them from reading the same number at once.
"""

import multiprocessing
from contextlib import nullcontext


def count_up(number, barrier, updates, locked):
    lock = number.get_lock() if locked else nullcontext()
    barrier.wait()  # all begin together
    for _ in range(updates):
        with lock:
            number.value += 1


def lost_counts(updates, locked, processes=2):
    number, barrier = multiprocessing.Value("q", 0), multiprocessing.Barrier(processes)
    workers = [
        multiprocessing.Process(target=count_up, args=(number, barrier, updates, locked)) for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return processes * updates - number.value


if __name__ == "__main__":
    print("lost of 100,000:", lost_counts(50_000, locked=False), "with the lock:", lost_counts(50_000, locked=True))

# ruff: noqa: T201
# mypy: ignore-errors
