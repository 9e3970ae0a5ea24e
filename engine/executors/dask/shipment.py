"""This engine on its way to the workers: a ZIP of its modules, kept by the scheduler and unpacked once a worker.

Workers need no engine of their own, and one of another version does no harm: theirs is never imported, and task
processes find ours first. What distributed sends by reference would have to be importable there, so the one function
that Dask itself calls (`boot`) travels by value.
"""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import engine

_DATED = (2020, 1, 1, 0, 0, 0)
_QUICK = 1
"""The level of compression: 7% larger than by the default one, in less than half of the time."""


@cache
def packed_engine() -> tuple[str, bytes]:
    """A digest and the ZIP of this engine."""
    root = Path(engine.__file__).parent
    found = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    content = packed((path.relative_to(root.parent).as_posix(), path) for path in found)
    return blake2b(content, digest_size=8).hexdigest(), content


def packed(files: Iterable[tuple[str, Path]]) -> bytes:
    """A ZIP of these files (name in it, where it is), the same for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files:
            archive.writestr(zipfile.ZipInfo(name, _DATED), path.read_bytes(), zipfile.ZIP_DEFLATED, _QUICK)
    return buffer.getvalue()


def own_modules(names: Iterable[str], search_path: Sequence[str]) -> list[tuple[str, Path]]:
    """The files of these modules and of what they import from the user's own folders (`search_path`)."""
    roots = [Path(entry).resolve() for entry in search_path]
    for name in names:
        with suppress(BaseException):  # a worker will say what is wrong with it
            import_module(name)
    tops = {name.partition(".")[0] for name in names}
    found: dict[str, Path] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] != "engine" and file and (place := _below(Path(file), roots)):
            path, root = place
            found[path.relative_to(root).as_posix()] = path
            if name in tops and path.name == "__init__.py":  # a package: with what it may import later
                found |= {one.relative_to(root).as_posix(): one for one in path.parent.rglob("*.py")}
    return sorted(found.items())


def _below(path: Path, roots: Sequence[Path]) -> tuple[Path, Path] | None:
    path = path.resolve()
    inside = [root for root in roots if path.is_relative_to(root)]
    if not inside or {"site-packages", "dist-packages"}.intersection(path.parts):
        return None
    return path, max(inside, key=lambda root: len(root.parts))


def by_value(value: Any, module: str) -> bytes:
    """A pickle of a function or object of this module that can be read where the module does not exist."""
    import cloudpickle  # type: ignore[import-untyped]

    cloudpickle.register_pickle_by_value(sys.modules[module])
    try:
        content: bytes = cloudpickle.dumps(value)
        return content
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[module])


class ByValue:
    """A function that can be unpickled where its module does not exist; there it is the function itself."""

    def __init__(self, function: Any) -> None:
        self._content = by_value(function, function.__module__)
        self.__name__ = function.__name__

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle.loads, (self._content,)

    def __call__(self, *arguments: Any) -> Any:
        """As the function itself: Dask asks for a callable."""
        return pickle.loads(self._content)(*arguments)


def boot(digest: str, variable: str, slot: int, seat: dict[str, Any]) -> Any:
    """Runs in a Dask worker, by value: say that it has a thread, unpack the engine unless it is there, take a seat."""
    import importlib.util
    import io
    import os
    import shutil
    import sys
    import tempfile
    import zipfile

    from distributed import Queue, Variable, get_worker

    # First: from now on the thread is this trial's, and what takes time is the start (on a busy machine some seconds).
    results: Any = Queue(f"{seat['token']}-results")  # type: ignore[no-untyped-call]
    results.put(["taken", "", slot])
    local = get_worker().local_directory
    folder = os.path.join(local, f"overlap-{digest}")
    if not os.path.isdir(folder):
        draft = tempfile.mkdtemp(prefix="overlap-draft-", dir=local)
        kept: Any = Variable(variable)  # type: ignore[no-untyped-call]
        with zipfile.ZipFile(io.BytesIO(kept.get(timeout=60))) as archive:
            archive.extractall(draft)
        try:
            os.rename(draft, folder)
        except OSError:  # another thread of this worker was first
            shutil.rmtree(draft, ignore_errors=True)
    name = f"overlap_{digest}"
    if name not in sys.modules:
        place = os.path.join(folder, "engine", "executors", "dask")
        spec: Any = importlib.util.spec_from_file_location(
            name, os.path.join(place, "__init__.py"), submodule_search_locations=[place]
        )
        sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    return importlib.import_module(f"{name}.agent").sit(folder, slot, seat)
