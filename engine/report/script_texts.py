"""The texts of the script to take home, as a person would write them; filled in by `script`.

They hold no logic of the engine: the work itself comes from the real modules. Names after a dollar sign are filled in.
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
        print(json.dumps(line, ensure_ascii=False), flush=True)


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


POOLS = {
    "sequential": Pool((), "", "${prepare}report(map(attempt, TASKS))\n"),
    "threads": Pool(
        ("from concurrent.futures import ThreadPoolExecutor",),
        "WORKERS = $workers\n",
        "${prepare}with ThreadPoolExecutor(WORKERS) as pool:\n    report(pool.map(attempt, TASKS))\n",
    ),
    "processes": Pool(
        ("import multiprocessing", "from concurrent.futures import ProcessPoolExecutor"),
        'WORKERS = $workers\nSTART_METHOD = "$method"\nCHUNK = $chunk  # how many tasks are handed over at once\n',
        "known = multiprocessing.get_all_start_methods()\n"
        "context = multiprocessing.get_context(START_METHOD if START_METHOD in known else None)\n"
        "with ProcessPoolExecutor(WORKERS, context$initializer) as pool:\n"
        "    report(pool.map(attempt, TASKS, chunksize=CHUNK))\n",
    ),
    "subinterpreters": Pool(
        ("from concurrent.futures import InterpreterPoolExecutor",),
        "WORKERS = $workers\n",
        "with InterpreterPoolExecutor(WORKERS$initializer) as pool:\n    report(pool.map(attempt, TASKS))\n",
        ">=3.14",
    ),
    "asyncio": Pool(("import asyncio",), "WORKERS = $workers\n", "${prepare}report(asyncio.run(all_tasks()))\n"),
}
"""Executor: how a script runs tasks on it. dask needs more than one file: a cluster."""

MAIN = '''\
def main():
    """Run every task and say how long it took."""
    began = time.perf_counter()
$body    print(f"{len(TASKS)} tasks in {time.perf_counter() - began:.2f} s", file=sys.stderr)


'''

WITH_ARCHIVE = """\
with tempfile.TemporaryDirectory() as home:
    archive = str(Path(home, "modules.zip"))
    Path(archive).write_bytes(base64.b85decode(ARCHIVE.replace("\\n", "")))
"""

ARCHIVE = '''\
# What the tasks need of Overlap's own source: a ZIP archive of Python modules, from which Python imports (zipimport).
# To read it: base64.b85decode(ARCHIVE.replace("\\n", "")) is the archive's content.
ARCHIVE = """
{archive}
"""

'''

GUARD = """\
if __name__ == "__main__":
    main()
"""

FUNCTION = '''\
sys.path[:0] = $path  # where the function was found
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

RESIZE = '''\
OPTIONS = $options
LIMITS = $limits
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else $folder)
RESULTS = Path(sys.argv[2] if len(sys.argv) > 2 else "resized")


def prepare(archive):
    """Import what the tasks need from the archive at the end of this file; each worker process does so first."""
    global resize_file, resizing, settings
    sys.path.insert(0, archive)
    from engine.config import Settings
    from engine.images.options import resizing_from
    from engine.images.resizing import resize_file

    resizing, settings = resizing_from(OPTIONS), Settings(home=RESULTS, **LIMITS)


def run(photo):
    """Write one photo in every size that was asked for."""
    targets = [RESULTS / name for name in photo["names"]]
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
    first, *_ = resize_file(FOLDER / photo["source"], targets, resizing, settings)
    return {"path": str(first.path), "width": first.width, "height": first.height, "bytes": first.bytes}


'''

PAINT = """\
if not sys.argv[1:]:  # the sample photos are painted where they are missing
    sys.path.insert(0, archive)
    from engine.shop.photos import sample_photos

    sample_photos(FOLDER.parent)
    began = time.perf_counter()
"""

SCRAPE = '''\
LIMITS = $limits


def prepare(archive, home, demo_shops):
    """Import what the tasks need from the archive at the end of this file; each worker process does so first."""
    global fetcher, product_of, fill_in, base
    sys.path.insert(0, archive)
    from engine.config import Settings
    from engine.shop.addresses import fill_in
    from engine.web.$module import $fetcher
    from engine.workloads.scrape import product_of

    # In the folder "hosts" all workers agree on the pace towards each shop.
    fetcher = $fetcher(Settings(home=Path(home), **LIMITS), workers=$workers, folder=Path(home, "hosts"))
    base = demo_shops


${async_}def run(page):
    """Fetch one page, when its shop's turn has come, and read the product on it."""
    found = ${await_}fetcher.fetch_waiting(fill_in(page["url"], base), 600)
    return product_of(found.text, found.final_url, page.get("selector"))


'''

SHOPS = """\
sys.path.insert(0, archive)
from engine.shop.demo import DemoShops

shops = DemoShops(Path(home))
began = time.perf_counter()
"""
