"""The process in which a seat's calls run: `python -m engine.executors.dask.child SEAT`, beside a Dask worker.

A process of its own, so that a task that does not end, or takes its process down, costs the cluster nothing but that
process. It reads frames from its seat (`agent`) and writes results; what tasks print goes to the worker's log, and
their stdin is empty. It ends when its seat does.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.executors.dask import frames
from engine.executors.dask.proof import packages_here, prove
from engine.machine.lifeline import die_with_parent, kill_own_group, take_stdin
from engine.protocol.elsewhere import Elsewhere


@dataclass(slots=True)
class Channel:
    """The way to the seat: calls come in, and questions of tasks are answered, one at a time."""

    orders: int
    answers: int
    calls: queue.SimpleQueue[tuple[bytes, bytes]] = field(default_factory=queue.SimpleQueue)
    replies: queue.SimpleQueue[bytes] = field(default_factory=queue.SimpleQueue)
    asking: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def take(cls) -> Channel:
        """Keep stdin and stdout for frames: tasks get an empty input, and their prints go to stderr."""
        answers = os.dup(1)
        os.dup2(2, 1)
        return cls(take_stdin(), answers)

    def follow(self) -> None:
        """Sort what comes in, in a thread of its own: when the seat is gone, this process and all it started end."""
        with os.fdopen(self.orders, "rb") as file:
            for kind, payload in frames.read_all(file):
                (self.replies.put(payload) if kind == b"y" else self.calls.put((kind, payload)))
        kill_own_group()

    def ask(self, question: dict[str, Any]) -> Any:
        """What the cluster's scheduler answers to a question of a task."""
        with self.asking:
            frames.write(self.answers, b"a", json.dumps(question).encode())
            return json.loads(self.replies.get())

    def say(self, kind: bytes, payload: bytes) -> None:
        """Write one frame; a seat that is gone ends this process."""
        try:
            frames.write(self.answers, kind, payload)
        except OSError:
            kill_own_group()


def main(seat: dict[str, Any]) -> None:
    """Serve one seat until it ends."""
    channel = Channel.take()
    die_with_parent(seat["parent"])
    threading.Thread(target=channel.follow, name="overlap-orders", daemon=True).start()
    Elsewhere.away, Elsewhere.ask = True, channel.ask
    while True:
        kind, payload = channel.calls.get()
        if kind == b"t":
            Elsewhere.clock_offset_s = float(payload)
        elif kind == b"s":
            channel.say(b"h", json.dumps(started(seat, payload)).encode())
        else:
            channel.say(b"r", answer(payload))


def started(seat: dict[str, Any], payload: bytes) -> dict[str, Any]:
    """Start the worker in this seat, and say what it is and what it sees."""
    start, arguments, umask, proof = pickle.loads(payload)
    os.umask(umask)
    told = seat["board"], seat["home"], seat["slot"] + 1
    here = tuple(argument.moved(*told) if hasattr(argument, "moved") else argument for argument in arguments)
    problem = start(seat["slot"], *here)
    return {
        "problem": problem,
        "unseen": prove(proof, seat["slot"]),
        "python": list(sys.version_info[:3]),
        "packages": packages_here(),
        "pid": os.getpid(),
    }


def answer(payload: bytes) -> bytes:
    """Do a pickled call: (True, its result) or (False, what it raised), as a pickle."""
    try:
        call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]] = pickle.loads(payload)
        function, arguments, named = call
        return pickle.dumps((True, function(*arguments, **named)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        return _failure(error)


def _failure(error: BaseException) -> bytes:
    try:
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
    except Exception:  # an exception that cannot travel
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
