"""What each workload puts into the script to take home: its tasks, its work, and which modules that needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from pprint import pformat
from typing import Any

from engine.config import Settings
from engine.errors import NotAvailable
from engine.images import formats, heic
from engine.model import Run, Task
from engine.report import script_texts as texts
from engine.report.script_source import method_as_function
from engine.store import Store

PASSED_ON = (
    "contact", "fetch_deadline_s", "page_max_mb", "host_parallel", "host_gap_s", "retry_after_max_s",
    "image_max_mb", "image_max_megapixels", "allowed_hosts",
)  # fmt: skip
"""Settings that change what a task gives or how it treats others; the rest is about the server."""
NEVER = ("platformdirs",)
"""Packages that only a server needs: a script names its folders itself."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a workload puts into the script.

    `text` defines `run`, and `prepare` where `prepares`; `arguments` says that `before`, which stands in `main`
    ahead of the pool, sets `arguments` for it. `roots` are the engine's modules that it needs; `packages` are other
    people's that these do not ask for by themselves.
    """

    text: str
    names: Mapping[str, Any]
    tasks: Sequence[tuple[str, Any]]
    imports: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = NEVER
    packages: tuple[str, ...] = ()
    prepares: bool = False
    arguments: bool = False
    before: str = ""
    after: str = ""
    remarks: tuple[str, ...] = ()


def _literal(value: Any) -> str:
    return pformat(value, width=110, sort_dicts=False)


def _pairs(tasks: Sequence[Task]) -> list[tuple[str, Any]]:
    return [(task.label, task.argument) for task in tasks]


def _limits(settings: Settings) -> str:
    """The settings in force that matter to a task and differ from their defaults."""
    usual = Settings(home=settings.home)
    named = [item.name for item in fields(Settings) if item.name in PASSED_ON]
    changed = {name: getattr(settings, name) for name in named if getattr(settings, name) != getattr(usual, name)}
    return _literal(changed)


def _pure(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """compute, wait: the workload's own method, as a function."""
    source = method_as_function(run.workload, "run_async" if asynchronous else "run")
    text = "OPTIONS = $options\n" + source.text.replace("$", "$$")
    return Work(text, {"options": _literal(dict(run.options))}, _pairs(tasks), source.imports)


def _function(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """A user's own function, imported by its name."""
    module, path = _reference(run.options["function"])
    # Names of our own choice, so that nobody's function can be taken for one of the script's.
    imports, text, names = [f"import {module} as mine"], texts.FUNCTION, {"function": f"mine.{path}"}
    if setup := run.options.get("setup"):
        module, path = _reference(setup)
        imports.append(f"import {module} as my_setup")
        text, names = text + texts.SET_UP, {**names, "setup": f"my_setup.{path}"}
    places = [place for place in run.options.get("search_path", []) if os.path.isdir(place)]
    return Work(
        text,
        {**names, "path": _literal(places), "imports": "\n".join(imports)},
        _pairs(tasks),
        prepares=bool(setup),
        remarks=('Add what your function imports to "dependencies".',),
    )


def _reference(name: str) -> tuple[str, str]:
    """Module and path of a function's name. Raises NotAvailable for a name that is none: it would become code."""
    module, _, path = str(name).partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *path.split("."))):
        raise NotAvailable(f"{name!r} names no function that a script could import.")
    return module, path


def _resize(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """Photos in a folder that can be named; the samples are painted where they are missing."""
    samples = (store.settings.home / "samples").resolve()
    demo = all(Path(task.argument["source"]).parent == samples for task in tasks)
    uploaded = not demo and any(not Path(task.argument["source"]).is_absolute() for task in tasks)
    options = {name: value for name, value in run.options.items() if name != "target"}
    where = "The photos were uploaded: name the folder in which yours are." if uploaded else ""
    return Work(
        texts.RESIZE,
        {
            "options": _literal(options),
            "limits": _limits(store.settings),
            "folder": repr("overlap-demo/samples" if demo else "photos"),
        },
        [(task.label, {**task.argument, "source": _source(task.argument["source"], demo)}) for task in tasks],
        roots=("engine.config", "engine.images.options", "engine.images.resizing",
               *(("engine.shop.photos",) if demo else ())),
        # Only the side that watches workers asks for psutil; numpy is for some pictures only, see `_decoders`.
        leave_out=(*NEVER, "psutil", "numpy"),
        packages=_decoders(tasks),
        prepares=True,
        arguments=True,
        before=(texts.PAINT if demo else "") + "arguments = (archive,)\n",
        remarks=(f"Arguments: the folder of the photos, then the folder for the results. {where}".strip(),),
    )  # fmt: skip


def _decoders(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Packages for photos of some formats, by their names: for HEIC where it is installed here, for deep colours."""
    found = {formats.SUFFIXES.get(Path(task.argument["source"]).suffix.lower()) for task in tasks}
    served = heic.serving()[0] if "HEIF" in found else None
    return (*((served,) if served else ()), *(("numpy",) if found & _DEEP else ()))


_DEEP = {"PNG", "TIFF", "AVIF", "HEIF"}
"""Formats that may have 16 bits, or colours that are stated in another way than by a profile."""


def _source(source: str, demo: bool) -> str:
    """How the script names a photo: below the folder of photos, or by its whole path on the machine measured."""
    return Path(source).name if demo else source.removeprefix("inputs/")


def _scrape(store: Store, run: Run, tasks: Sequence[Task], asynchronous: bool) -> Work:
    """Pages of shops; the demo shops are started beside it."""
    from engine.shop.addresses import is_demo

    demo = any(is_demo(task.argument["url"]) for task in tasks)
    base = "shops.base_url" if demo else '""'
    client, other = ("afetch", "fetch") if asynchronous else ("fetch", "afetch")
    return Work(
        texts.SCRAPE,
        {
            "limits": _limits(store.settings),
            "module": client,
            "fetcher": "AsyncFetcher" if asynchronous else "Fetcher",
        },
        _pairs(tasks),
        roots=("engine.config", "engine.workloads.scrape", *(("engine.shop.__main__",) if demo else ())),
        leave_out=(*NEVER, f"engine.web.{other}"),
        prepares=True,
        arguments=True,
        before=(texts.SHOPS if demo else "") + f"arguments = (archive, home, {base})\n",
        after="shops.close()\n" if demo else "",
    )


WORK: dict[str, Callable[[Store, Run, Sequence[Task], bool], Work]] = {
    "compute": _pure,
    "wait": _pure,
    "function": _function,
    "resize": _resize,
    "scrape": _scrape,
}
"""Workload: what it puts into the script; the last argument says whether tasks are coroutines."""
