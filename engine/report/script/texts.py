"""The texts of the script to take home that all work shares, as a person would write them; filled in by `whole`.

Names after a dollar sign are filled in. The texts of photos are in `resize`, those of pages in `scrape`, beside this.
"""

from __future__ import annotations

from dataclasses import dataclass

METADATA = """\
# /// script
# requires-python = "$python"
# dependencies = $dependencies
# ///
"""

ATTEMPT = '''\
${async_}def attempt(task):
    """One task's line: what it gave, or why it failed."""
    label, argument = task
    try:
        return {"task": label, "output": ${await_}run(argument)}
    except Exception as error:
        return {"task": label, "error": f"{type(error).__name__}: {error}"}


def report(lines):
    """Print each line as soon as it is there, in the order of the tasks."""
    for line in lines:
        print(json.dumps(line, ensure_ascii=False, default=repr), flush=True)


'''

ALL_TASKS = '''\
async def all_tasks():
    """Every task, WORKERS of them at a time."""
    places = asyncio.Semaphore(WORKERS)

    async def in_turn(task):
        async with places:
            return await attempt(task)

    lines = await asyncio.gather(*map(in_turn, TASKS))
$finish    return lines


'''


@dataclass(frozen=True, slots=True)
class Pool:
    """One executor: its imports, its constants, and the lines of `main` that run the tasks on it.

    `$$prepare` in the lines stands for the call that makes this process ready, `$$initializer` for the argument that
    makes each worker process ready.
    """

    imports: tuple[str, ...]
    constants: str
    lines: str
    python: str = ">=3.11"
    packages: tuple[str, ...] = ()


_PROCESSES = 'WORKERS = $workers\nSTART_METHOD = "$method"\n'
_CONTEXT = (
    "known = multiprocessing.get_all_start_methods()\n"
    "context = multiprocessing.get_context(START_METHOD if START_METHOD in known else None)\n"
)

POOLS = {
    "sequential": Pool((), "", "${prepare}report(map(attempt, TASKS))\n"),
    "threads": Pool(
        ("from concurrent.futures import ThreadPoolExecutor",),
        "WORKERS = $workers\n",
        "${prepare}with ThreadPoolExecutor(WORKERS) as pool:\n    report(pool.map(attempt, TASKS))\n",
    ),
    "processes": Pool(
        ("import multiprocessing", "from concurrent.futures import ProcessPoolExecutor"),
        _PROCESSES + "CHUNK = $chunk  # how many tasks are handed over at once\n",
        _CONTEXT + "with ProcessPoolExecutor(WORKERS, context$initializer) as pool:\n"
        "    report(pool.map(attempt, TASKS, chunksize=CHUNK))\n",
    ),
    "subinterpreters": Pool(
        ("from concurrent.futures import InterpreterPoolExecutor",),
        "WORKERS = $workers\n",
        "with InterpreterPoolExecutor(WORKERS$initializer) as pool:\n    report(pool.map(attempt, TASKS))\n",
        ">=3.14",
    ),
    "multiprocessing.Pool.map": Pool(
        ("import multiprocessing",),
        _PROCESSES,
        _CONTEXT + "with context.Pool(WORKERS$initializer) as pool:\n    report(pool.map(attempt, TASKS))\n",
    ),
    "joblib.Parallel": Pool(
        ("from joblib import Parallel, delayed",),
        "WORKERS = $workers\n",
        "report(Parallel(n_jobs=WORKERS)(delayed(attempt)(task) for task in TASKS))\n",
        packages=("joblib",),
    ),
    "asyncio": Pool(("import asyncio",), "WORKERS = $workers\n", "${prepare}report(asyncio.run(all_tasks()))\n"),
    "dask": Pool(
        ("import importlib", "from pathlib import Path", "from distributed import Client"),
        "WORKERS = $workers  # on this machine; a cluster has its own\nHERE = Path(__file__).resolve()\n",
        "# On the cluster that DASK_SCHEDULER_ADDRESS names, else on workers that are started here.\n"
        "with Client(n_workers=WORKERS, threads_per_worker=1) as client:\n"
        "    client.upload_file(str(HERE))  # workers import this very file\n"
        "    sys.path.insert(0, str(HERE.parent))\n"
        "    there = importlib.import_module(HERE.stem)\n"
        "${everywhere}"
        "    report(client.get_executor(pure=False).map(there.attempt, TASKS))\n",
        packages=("distributed",),
    ),
}
"""Executor, or code beside it: how a script runs tasks on it."""

FOLDERS = '''\
def prepare(folder, results):
    """Each worker is told where the photos lie and where results go: folders that all of them see."""
    global FOLDER, RESULTS
    FOLDER, RESULTS = folder, results


'''

MAIN = '''\
def main():
    """Run every task and say how long it took."""
    began = time.perf_counter()
$body    print(f"{len(TASKS)} tasks in {time.perf_counter() - began:.2f} s", file=sys.stderr)


'''

GUARD = """\
if __name__ == "__main__":
    main()
"""

FUNCTION = '''\
$imports


${async_}def run(argument):
    """The function that was measured."""
    return ${await_}$function(argument)


'''

SET_UP = '''\
def prepare():
    """Each worker process is set up so before its first task."""
    $setup()


'''
