"""The folder to take home, as a ZIP: a script and the engine's own readable modules, for the same outputs to the byte.

For work that the engine does in its own way, photos and pages. The script is the same as in `script`, but what its
`run` calls are the modules beside it. Stands above `script`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import NotAvailable
from engine.model import Run, Task
from engine.report.script.own_modules import ROOT, needed
from engine.report.script.parts import Work, literal, pairs
from engine.report.script.resize import heic_package, sources
from engine.report.script.whole import written
from engine.store import Store
from engine.workloads.images.opening import formats
from engine.workloads.web.manners import manners_of

_PASSED_ON = (
    "contact", "fetch_deadline_s", "page_max_mb", "host_parallel", "host_gap_s", "retry_after_max_s",
    "image_max_mb", "image_max_megapixels", "allowed_hosts",
)  # fmt: skip
"""Settings that change what a task gives or how it treats others; the rest is about the server."""
_NEVER = ("platformdirs",)
"""Packages that only a server needs: a script names its folders itself."""
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The same moment in every archive, so that the same run gives the same file."""

_IMPORT = """\
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the folder "engine" beside this file
"""

_RESIZE = '''\
from engine.config import Settings
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file

RESIZING = resizing_from($options)
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else $folder)
RESULTS = Path(sys.argv[2] if len(sys.argv) > 2 else "resized")
SETTINGS = Settings(home=RESULTS, **$limits)


def run(photo):
    """Write one photo in every size that was asked for."""
    targets = [RESULTS / name for name in photo["names"]]
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
    first, *_ = resize_file(FOLDER / photo["source"], targets, RESIZING, SETTINGS)
    return {"path": str(first.path), "width": first.width, "height": first.height, "bytes": first.bytes}


'''

_PAINT = """\
if not sys.argv[1:]:  # the sample photos are painted where they are missing
    from engine.workloads.shop.photos import sample_photos

    sample_photos(FOLDER.parent)
    began = time.perf_counter()
"""

_SCRAPE = '''\
from engine.config import Settings
from engine.workloads.shop.addresses import fill_in
from engine.workloads.web.manners import manners_of
from engine.workloads.web.fetching.$module import $fetcher
from engine.workloads.scrape import product_of

HOME = HERE / "home"
HOME.mkdir(exist_ok=True)
# In the folder "hosts" all workers agree on the pace towards each shop.
settings, manners = Settings(home=HOME, **$limits), manners_of($manners)
fetcher = $fetcher(settings, workers=$workers, folder=HOME / "hosts", manners=manners)


def prepare(demo_shops):
    """Where the demo shops are; each worker process is told before its first task."""
    global base
    base = demo_shops


${async_}def run(page):
    """Fetch one page, when its shop's turn has come, and read the product on it."""
    found = ${await_}fetcher.fetch_waiting(fill_in(page["url"], base), 600)
    return product_of(found.text, found.final_url, page.get("selector"))


'''

_SHOPS = """\
from engine.workloads.shop.demo import DemoShops

shops = DemoShops(HOME)
began = time.perf_counter()
"""


@dataclass(frozen=True, slots=True)
class Modules:
    """Which of the engine's modules the work begins with, and what is left out although they name it."""

    roots: tuple[str, ...]
    leave_out: Collection[str] = _NEVER


def folder_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """The folder as a ZIP: `run.py` and the modules. Raises NotAvailable where there is no script, or no need."""
    if run.workload not in _WORK:
        raise NotAvailable(f"The script of {run.workload} needs no modules beside it: export it as a script.")
    modules: list[Modules] = []

    def work(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
        found, which = _WORK[run.workload](store, run, tasks, asynchronous)
        modules.append(which)
        return found

    text = written(store, run, None, work)
    files = needed(modules[0].roots, modules[0].leave_out).modules
    return iter([_zipped(f"overlap-{run.workload}-run-{run.id}", text, list(files.values()))])


def _zipped(folder: str, script: str, files: Sequence[Path]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        modules = ((file.relative_to(ROOT).as_posix(), file.read_bytes()) for file in files)
        for name, content in (("run.py", script.encode()), *modules):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _OLDEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _limits(settings: Settings) -> str:
    """The settings in force that matter to a task and differ from their defaults."""
    usual = Settings(home=settings.home)
    named = [item.name for item in fields(Settings) if item.name in _PASSED_ON]
    changed = {name: getattr(settings, name) for name in named if getattr(settings, name) != getattr(usual, name)}
    return literal(changed)


def _resize(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> tuple[Work, Modules]:
    """Photos in a folder that can be named; the samples are painted where they are missing."""
    samples = (store.settings.home / "samples").resolve()
    demo = all(Path(task.argument["source"]).parent == samples for task in tasks)
    options = {name: value for name, value in run.options.items() if name != "target"}
    modules = Modules(
        ("engine.config", "engine.workloads.images.making.options", "engine.workloads.images.making.resizing",
         *(("engine.workloads.shop.photos",) if demo else ())),
        # Only the side that watches workers asks for psutil; numpy is for some pictures only, see `_deep`.
        (*_NEVER, "psutil", "numpy"),
    )  # fmt: skip
    served = heic_package(tasks)
    work = Work(
        _IMPORT + _RESIZE,
        {
            "options": literal(options),
            "limits": _limits(store.settings),
            "folder": repr("overlap-demo/samples" if demo else "photos"),
        },
        [
            (task.label, {"source": source, "names": task.argument["names"]})
            for task, source in zip(tasks, sources(tasks), strict=True)
        ],
        imports=_IMPORTS,
        packages=(*_packages(modules), *((served,) if served else ()), *_deep(tasks)),
        before=_PAINT if demo else "",
        remarks=("Arguments: the folder of the photos, then the folder for the results.",),
    )
    return work, modules


_IMPORTS = ("import sys", "from pathlib import Path")


def _packages(modules: Modules) -> frozenset[str]:
    return needed(modules.roots, modules.leave_out).packages


def _deep(tasks: Sequence[Task]) -> tuple[str, ...]:
    """numpy, for photos of formats that may have 16 bits, or colours that are stated otherwise than by a profile."""
    found = {formats.SUFFIXES.get(Path(task.argument["source"]).suffix.lower()) for task in tasks}
    return ("numpy",) if found & {"PNG", "TIFF", "AVIF", "HEIF"} else ()


def _scrape(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> tuple[Work, Modules]:
    """Pages of shops; the demo shops are started beside it."""
    from engine.workloads.shop.addresses import is_demo

    demo = any(is_demo(task.argument["url"]) for task in tasks)
    base = "shops.base_url" if demo else '""'
    client, other = ("afetch", "fetch") if asynchronous else ("fetch", "afetch")
    modules = Modules(
        ("engine.config", "engine.workloads.scrape", *(("engine.workloads.shop.__main__",) if demo else ())),
        (*_NEVER, f"engine.workloads.web.fetching.{other}"),
    )
    names: dict[str, Any] = {
        "limits": _limits(store.settings),
        "module": client,
        "manners": literal(manners_of(run.options).plain()),
        "fetcher": "AsyncFetcher" if asynchronous else "Fetcher",
    }
    work = Work(
        _IMPORT + _SCRAPE,
        names,
        pairs(tasks),
        imports=_IMPORTS,
        packages=tuple(_packages(modules)),
        prepares=True,
        arguments=True,
        before=(_SHOPS if demo else "") + f"arguments = ({base},)\n",
        after="shops.close()\n" if demo else "",
        finish="    await fetcher.aclose()\n" if asynchronous else "",
    )
    return work, modules


_WORK: dict[str, Callable[[Store, Run, Sequence[Task], bool], tuple[Work, Modules]]] = {
    "resize": _resize,
    "scrape": _scrape,
}
