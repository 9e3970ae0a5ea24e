"""What runs inside a worker: tasks of one chunk, each becoming one record's line.

The same code on every executor. A worker encodes its own records. A job's outputs are encoded with them, because
they are stored; a comparison's travel back as they would in a user's own program (pickled where executors pickle)
and are only looked at when the clock has stopped. An output that cannot be sent is found here, where it can be
blamed on its task. Sits beside `trial`, whose loop hands out the chunks.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from engine.config import from_plain
from engine.errors import Later, OverlapError, TaskFailed
from engine.machine.usage import RunQueue, SharedChildren, Used, process_used, run_queue
from engine.model import Pickled
from engine.protocol.board import Board
from engine.protocol.elsewhere import Elsewhere
from engine.protocol.fingerprints import encode
from engine.protocol.pickling import ATOMS, Unpicklable, from_fields, packed, unpacked
from engine.protocol.record import FAILED, OPEN, failed_ending, good_ending, line
from engine.text import storable, storable_json
from engine.workloads import Place, Tried, Workload, workload_class

_WARM_LIMIT_S = 60.0
INSTANT_S = 50e-6
"""A task shorter than this had its CPU all the time (a time slice is a hundred times as long) and started no
process: neither is read for it, because two readings would cost as much as the task."""
_LONGEST_REASON = 64
"""Characters, as many as its column holds."""
_LONGEST_SENTENCE = 2000
_LONGEST_TEXT = 500
_MOST_TRIES = 1_000_000


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker must know before its first task; plain values that any executor can send."""

    workload: str
    options: dict[str, Any]
    settings: dict[str, Any]
    folder: str
    outputs: str
    board: str
    workers: int
    own_process: bool
    secrets: tuple[str, ...] = ()
    """Variables of the environment that hold what the specification must not: passwords."""
    preload: tuple[str, ...] = ()
    coroutines: bool = False
    limit_s: float | None = None
    """The time limit of a task, for workers that hold their coroutines to it themselves."""
    stores: bool = True
    """Whether outputs are stored with their records (a job's); a comparison's are carried back and dropped."""
    pickles: bool = False
    """Whether what a worker returns travels as a pickle."""
    tasks: str | None = None
    """The file of all tasks, for workers that load their arguments as they start."""
    reads: tuple[str, ...] = ()
    """Some of the files that tasks read, for workers that may not see them."""
    writes: tuple[str, ...] = ()
    """The folders that tasks write to, likewise."""
    modules: tuple[str, ...] = ()
    """The user's own modules that tasks need, which workers on other machines are sent, and …"""
    search_path: tuple[str, ...] = ()
    """… the folders that those come from."""

    takes_turns: bool = False
    """Whether tasks ask for their turn at hosts."""

    def board_row(self, slot: int) -> tuple[int, int]:
        """Where a worker's task and its start stand in the board, see `Board.row`."""
        return Board.row(slot)

    def moved(self, board: str, home: str, slots: int) -> Setup:
        """The same as it is meant on another machine: with a home and a new board of its own."""
        Board.create(Path(board), slots)
        return replace(self, board=board, settings={**self.settings, "home": home})


class Held:
    """Stands for an argument that the worker has loaded itself."""

    __slots__ = ()


class Errand(NamedTuple):
    """One task on its way to a worker: `attempt` counts from 1, `waited_s` is how long it was put back before."""

    task: int
    argument: Any
    attempt: int = 1
    waited_s: float = 0.0


Parcel = tuple[int, Any, int, float]
"""An errand as it travels: a plain tuple, which is pickled and read five times as fast as a class of our own."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back for a chunk: the records' lines, and what was not done.

    `done` tasks ended (`failed` of them badly) in `elapsed_s`; the rest of the chunk was left
    because its time was up, but for `later`: (task, seconds to wait) pairs that were put back.
    `used` is what the worker used since it was ready: the run-queue delay is its thread's, the rest its process's
    (0 where it shares the trial's). `chunk_cpu_s` is the CPU time of all of it, `tasks_cpu_s` the part inside tasks,
    `pickling_s` the part in which results were pickled: by CPU time, because what other programs or other threads
    held up is nobody's work here. `outputs` belong, in their order, to the lines that are open; they are `packed`
    (engine.protocol.pickling) where they travel as pickles.
    """

    lines: bytes
    done: int
    failed: int
    tried: int
    elapsed_s: float
    later: tuple[tuple[int, float], ...]
    slot: int
    used: Used
    chunk_cpu_s: float = 0.0
    tasks_cpu_s: float = 0.0
    pickling_s: float = 0.0
    outputs: tuple[Any, ...] = ()


@dataclass(slots=True)
class Results:
    """What becomes of a chunk's outputs: lines of records that hold them, or outputs that are carried back."""

    workload: Workload
    stores: bool
    pickles: bool
    outputs: list[Any] = field(default_factory=list)
    pickling_s: float = 0.0

    def ending(self, output: Any, problem: BaseException | None) -> tuple[str, int]:
        """The tail of a task's line, and how many tries of its own the workload took. Never raises: an output whose
        own code does while it is encoded is its task's failure."""
        if problem is not None:
            return failure(problem), tries_of(problem)
        try:
            return self.success(output)
        except BaseException as error:
            return failure(unsendable(error)), 1

    def success(self, output: Any) -> tuple[str, int]:
        """A good end as the tail of the record's line, and how many tries of its own the workload took."""
        output, tries = output if isinstance(output, Tried) else (output, 1)
        return (stored(self.workload, output) if self.stores else self._carried(output)), tries

    def _carried(self, output: Any) -> str:
        if self.pickles and type(output) not in ATOMS:
            began = time.thread_time()
            try:
                output = packed(output)
            except Unpicklable as error:
                return failure(unsendable(error))
            self.pickling_s += time.thread_time() - began
        self.outputs.append(output)
        return OPEN


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for an output whose pickle cannot be read where the trial gets it."""

    why: BaseException


@dataclass(slots=True)
class Seat:
    """What one worker knows of itself. `ready` is what had been used when it was ready for its first task."""

    slot: int
    clock: Callable[[], float]
    """The CPU seconds of the worker: of its process where it has that to itself, else of its thread."""
    own_process: bool
    queue: RunQueue | None
    children: SharedChildren | None
    """The CPU time of processes that tasks started."""
    ready: Used
    limit_s: float | None
    stores: bool = True
    pickles: bool = False
    pid: int = field(default_factory=os.getpid)
    idle: bool = True
    """Whether it had no chunk yet."""

    def begin(self, board: Board) -> None:
        """The first chunk has come: of what was waited for since the seat was taken, only what passed since the
        clock runs belongs to the trial."""
        self.idle = False
        if self.queue:
            now_s = self.queue.delay_s()
            self.ready = self.ready._replace(run_delay_s=max(self.ready.run_delay_s or 0.0, now_s - board.open_s()))


class Shared:
    """What the workers of this process, or of this subinterpreter, share."""

    lock = threading.Lock()
    workload: Workload | None = None
    board: Board | None = None
    problem: str | None = None
    children: SharedChildren | None = None
    trial: str | None = None
    """Whose these are, by its board: a process may outlive a trial."""
    arguments: tuple[Any, ...] = ()
    """Those of all tasks, where workers hold them."""
    seat: Seat | None = None
    """The last seat taken: the only one in a subinterpreter, which gets a new thread state with every call."""


_thread = threading.local()
coroutine_seat: ContextVar[Seat] = ContextVar("coroutine_seat")
"""The seat of a worker that is a coroutine: many share one thread."""


def start(slot: int, setup: Setup) -> str | None:
    """Make this thread the worker `slot`: open the board, make the workload once per process.

    Never raises, because a pool would hide the reason: `warm` reports it. It is also given back.
    """
    with Shared.lock:
        if Shared.trial != setup.board:
            _share(setup)
    assert Shared.board is not None
    alone = setup.own_process or setup.workers == 1
    seat = Seat(
        slot=slot,
        clock=time.process_time if alone else time.thread_time,
        own_process=setup.own_process,
        queue=run_queue(),
        children=Shared.children,
        ready=Used(),
        limit_s=setup.limit_s,
        stores=setup.stores,
        pickles=setup.pickles,
    )
    seat.ready = used_by(seat)
    Shared.seat = _thread.seat = seat
    coroutine_seat.set(seat)
    Shared.board.ready(slot, os.getpid())
    return Shared.problem


def _share(setup: Setup) -> None:
    """Make what this process's workers share."""
    Shared.board = Board(Path(setup.board))
    Shared.trial, Shared.problem = setup.board, None
    Shared.children = SharedChildren()
    try:
        Shared.workload = _make(setup)
        Shared.arguments = _arguments(setup.tasks) if setup.tasks else ()
    except OverlapError as error:
        Shared.problem = storable(str(error))
    except BaseException as error:  # a module may call sys.exit() when it is imported
        Shared.problem = f"The workload {setup.workload} cannot start here: {failure_of(error)[1]}"


def ready_here(setup: Setup) -> None:
    """Make the workload in this process, which runs tasks without being a worker of the loop. Raises OverlapError."""
    Shared.problem = None
    _share(setup)
    if Shared.problem:
        raise OverlapError(Shared.problem)


def _make(setup: Setup) -> Workload:
    settings = from_plain(setup.settings, setup.secrets)
    place = Place(settings, Path(setup.folder), Path(setup.outputs), setup.workers, setup.coroutines)
    return workload_class(setup.workload)(setup.options, place)


def _arguments(tasks: str) -> tuple[Any, ...]:
    """All arguments, as a user's own initializer would load them; what cannot be read fails its own task."""
    with open(tasks, encoding="utf-8") as lines:
        found = [from_fields(*fields) for _, *fields in map(json.loads, lines)]
    return tuple(_value(one) if type(one) is Pickled else one for one in found)


def _value(argument: Pickled) -> Any:
    value, problem = opened(argument)
    return argument if problem else value


def warm(workers: int) -> str | None:
    """Hold this worker until all are ready, so that each is started before the clock; gives what went wrong."""
    deadline = time.perf_counter() + _WARM_LIMIT_S
    assert Shared.board is not None
    while Shared.problem is None and not Elsewhere.away and Shared.board.workers_ready() < workers:
        if time.perf_counter() > deadline:
            return f"Only {Shared.board.workers_ready()} of {workers} workers started within {_WARM_LIMIT_S:.0f} s."
        time.sleep(0.0005)
    if (seat := coroutine_seat.get(Shared.seat)) is not None:
        seat.ready = used_by(seat)
    return Shared.problem


def used_by(seat: Seat) -> Used:
    """What the worker in this seat used up to now."""
    used = process_used() if seat.own_process else Used()
    return used._replace(run_delay_s=seat.queue.delay_s() if seat.queue else None)


def run_chunk(parcels: list[Parcel], budget_s: float | None) -> Returned:
    """Run the tasks in turn until `budget_s` is spent (None: all of them); at least one is tried."""
    board, workload, seat = Shared.board, Shared.workload, getattr(_thread, "seat", Shared.seat)
    assert board is not None and workload is not None and seat is not None
    slot, clock, ahead_s = seat.slot, seat.clock, Elsewhere.ahead_s
    results = Results(workload, seat.stores, seat.pickles)
    lines: list[str] = []
    later: list[tuple[int, float]] = []
    tried = failed = 0
    tasks_cpu_s = 0.0
    queue, children = seat.queue, seat.children
    delay_s = None
    if seat.idle and not Elsewhere.away:
        seat.begin(board)
    delayed_s = queue.delay_s() if queue else 0.0
    began, began_cpu_s = time.perf_counter(), clock()
    for task, argument, attempt, waited_s in parcels:
        if type(argument) is Held:
            argument = Shared.arguments[task]
        if tried and budget_s is not None and time.perf_counter() - began > budget_s:
            break
        tried += 1
        problem: BaseException | None = None
        output = None
        if type(argument) is Pickled:
            argument, problem = opened(argument)
        board.begin(slot, task)
        cpu = clock()
        started = time.perf_counter()
        try:
            if problem is None:
                output = workload.run(argument)
        except BaseException as error:
            problem = without_traceback(error)
        finished = time.perf_counter()
        only_the_worker(seat.pid)
        cpu = clock() - cpu
        tasks_cpu_s += cpu
        if (duration_s := finished - started) > INSTANT_S:
            if children:
                cpu += children.claim_s()
            if queue:  # from the last reading on: between two tasks of a chunk hardly anything is waited for
                before_s, delayed_s = delayed_s, queue.delay_s()
                delay_s = min(duration_s, delayed_s - before_s)
        elif queue:
            delay_s = 0.0
        board.idle(slot)
        if type(problem) is Later:
            later.append((task, problem.delay_s))
            continue
        ending, tries = results.ending(output, problem)
        failed += ending.startswith(FAILED)
        lines.append(
            line(task, slot, started + ahead_s, finished + ahead_s, cpu, delay_s, attempt - 1 + tries, waited_s, ending)
        )
    elapsed, chunk_cpu_s = time.perf_counter() - began, clock() - began_cpu_s
    used = used_by(seat).since(seat.ready)
    return Returned(
        "".join(lines).encode(), len(lines), failed, tried, elapsed, tuple(later), slot, used,
        chunk_cpu_s, tasks_cpu_s, results.pickling_s, tuple(results.outputs),
    )  # fmt: skip


def stored(workload: Workload, output: Any) -> str:
    """A good end as the tail of the record's line: status, reason, error, output as JSON text, fingerprint."""
    try:
        text = encode(output)
    except (TypeError, ValueError, RecursionError) as error:
        return failure(unsendable(error, "return plain values, such as numbers, texts and lists"))
    text = storable_json(text)
    fingerprint = workload.fingerprint(output) or blake2b(text.encode(), digest_size=8).hexdigest()
    return good_ending(text, fingerprint)


def unsendable(error: BaseException, advice: str = "return what pickle can hold") -> TaskFailed:
    """The reason of a task whose result cannot be sent."""
    words = error if isinstance(error, (TypeError, ValueError, RecursionError)) else failure_of(error)[1]
    return TaskFailed("unsendable_result", f"The task's result cannot be sent ({words}): {advice}.")


def failure(error: BaseException) -> str:
    """A bad end as the tail of the record's line."""
    return failed_ending(*failure_of(error))


def failure_of(error: BaseException) -> tuple[str, str]:
    """The reason (a short code) and the sentence of a task that ended so. Never raises, whatever the error does."""
    try:
        return storable(_reason(error)), storable(_sentence(error))
    except BaseException:  # its __str__, or another attribute, raises: that is no reason to lose the record
        return "exception", "The task raised an exception whose own text cannot be read."


def tries_of(error: BaseException) -> int:
    """How many tries of its own a task took before it failed: the exception's `attempts`, where that is a number."""
    try:
        tries = getattr(error, "attempts", 1)
    except BaseException:  # a property of somebody's exception
        return 1
    return tries if type(tries) is int and 1 <= tries <= _MOST_TRIES else 1


def only_the_worker(pid: int) -> None:
    """End this process if it is not the worker: a task has forked, and its child has come back from the task."""
    if os.getpid() != pid:
        os._exit(0)


def without_traceback(error: BaseException) -> BaseException:
    """The error without its traceback, which would keep the frame that caught it alive."""
    return BaseException.with_traceback(error, None)  # not the error's own method, which may do anything


def opened(argument: Pickled) -> tuple[Any, BaseException | None]:
    """A pickled argument's value, or what kept it from being read here."""
    try:
        return unpacked(argument), None
    except BaseException as error:
        words = failure_of(error)[1]
        return None, TaskFailed("unreadable_argument", f"The task's argument cannot be read in the worker ({words}).")


def _reason(error: BaseException) -> str:
    """The reason's code, as its column takes it; `exception` for what is none."""
    reason = error.reason if isinstance(error, TaskFailed) else None
    return reason[:_LONGEST_REASON] if type(reason) is str and reason else "exception"


def _sentence(error: BaseException) -> str:
    """An exception in plain words: its own where they are written for people, else with its type in front."""
    if isinstance(error, (TaskFailed, OverlapError)):
        return str(error)[:_LONGEST_SENTENCE]
    text = " ".join(str(error).split())[:_LONGEST_TEXT]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__} was raised."
