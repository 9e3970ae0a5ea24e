"""Two threads, two locks: a deadlock, broken by a time limit; short code that runs by itself."""

import threading
import time


def take_both(first, second, barrier, limit_s, got):
    with first:
        barrier.wait()  # both threads hold their first lock now
        if second.acquire(timeout=limit_s):
            got.append(True)
            second.release()


def take_in_turn(first, second, barrier, limit_s, got):
    barrier.wait()
    with first:
        if second.acquire(timeout=limit_s):
            got.append(True)
            second.release()


def meet(limit_s, same_order):
    a, b, barrier, got = threading.Lock(), threading.Lock(), threading.Barrier(2), []
    orders = [(a, b), (a, b)] if same_order else [(a, b), (b, a)]
    work = take_in_turn if same_order else take_both
    workers = [threading.Thread(target=work, args=(*order, barrier, limit_s, got)) for order in orders]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(got), time.perf_counter() - began


if __name__ == "__main__":
    print("opposite order: %d of 2 got both locks, after %.3f s" % meet(0.2, same_order=False))
    print("same order:     %d of 2 got both locks, after %.3f s" % meet(0.2, same_order=True))

# ruff: noqa: T201, UP031
# mypy: ignore-errors
