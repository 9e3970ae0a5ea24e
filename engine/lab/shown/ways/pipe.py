"""Between processes: multiprocessing.Pipe. The message is pickled and written, here and now."""

import multiprocessing
import time
from contextlib import contextmanager


def work(end, reply):
    while (message := end.recv()) is not None:
        end.send(reply(message))


@contextmanager
def ready(message, reply):
    here, there = multiprocessing.Pipe()
    worker = multiprocessing.Process(target=work, args=(there, reply))
    worker.start()
    there.close()

    def exchange():
        here.send(message)
        return here.recv()

    yield exchange
    here.send(None)
    worker.join()


if __name__ == "__main__":
    with ready(b"x" * 1_000_000, len) as exchange:
        began = time.perf_counter()
        print(exchange(), "bytes in", time.perf_counter() - began, "s")

# ruff: noqa: T201
# mypy: ignore-errors
