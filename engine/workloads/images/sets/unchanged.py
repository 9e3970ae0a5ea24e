"""What a folder of results already holds, so that a second run does only what has changed.

A file of JSON lines in the results' folder: one line per finished source with its size and
modification time, the options, and its outputs. Appending survives a kill; the last line per source counts.
A source out of an archive lies elsewhere each time: it is known by its name in the archive, its size and its CRC-32.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.sources import RealPaths

FILE = ".overlap-done.jsonl"


class Done:
    """The finished sources of one folder of results under one set of options; not for use by workers.

    Open it, `look` at the sources (or ask `is_current`) before the run, call `add` as they finish.
    """

    def __init__(self, folder: Path, resizing: Resizing) -> None:
        self._folder = folder
        self._options = options_digest(resizing)
        self._all = _read(folder / FILE)
        self._lines: dict[str, dict[str, Any]] = {line["source"]: line for line in self._all}
        self._states: dict[str, str] = {}
        self._whole = RealPaths()
        self._unpacked: dict[str, tuple[str, str]] = {}
        self._file: Any = None

    def unpacked(self, path: Path, archive: Path, name: str, state: str) -> None:
        """Know a file that was unpacked by its `name` in the archive and by a `state` that changes with its content."""
        self._unpacked[os.path.realpath(path)] = (f"{os.path.realpath(archive)}/{name}", state)

    def look(self, sources: Iterable[Path | str]) -> None:
        """Remember the sources' states as they are now, before the run."""
        for source in sources:
            self._state(source)

    def is_current(self, source: Path | str, names: Sequence[str]) -> bool:
        """Whether the outputs `names` (below the folder) of a source are there and would come out the same."""
        state = self._state(source)
        line = self._lines.get(self._key(source))
        if state is None or line is None or [line.get("state"), line.get("options")] != [state, self._options]:
            return False
        known = line.get("outputs")
        return isinstance(known, dict) and list(known) == list(names) and all(
            _size(self._folder / name) == _stamp(stamp)[0] for name, stamp in known.items()
        )

    def made(self, source: Path | str, names: Iterable[str]) -> list[str]:
        """Those of the names that an earlier run made from this source and nobody has touched since."""
        line = self._lines.get(self._key(source), {})
        known = line.get("outputs")
        return [name for name in names if isinstance(known, dict) and name in known and self._untouched(name, known)]

    def results(self) -> set[str]:
        """The whole paths of all results of earlier runs in the folder that nobody has touched since."""
        found: set[str] = set()
        for line in self._all:
            known = line.get("outputs")
            if isinstance(known, dict):
                found.update(os.path.realpath(self._folder / name) for name in known if self._untouched(name, known))
        return found

    def _untouched(self, name: str, known: dict[str, Any]) -> bool:
        try:
            status = (self._folder / name).stat()
        except (OSError, ValueError):
            return False
        size, written_ns = _stamp(known[name])
        return status.st_size == size and written_ns in (None, status.st_mtime_ns)

    def add(self, source: Path, names: Sequence[str]) -> None:
        """Note that a source is finished; its state is the one from before the run, where it was looked at then."""
        key = self._key(source)
        state = self._states.get(key) or self._state(source)
        outputs = {name: _stamp_of(self._folder / name) for name in names}
        line = {"source": key, "state": state, "options": self._options, "outputs": outputs}
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = open(  # noqa: SIM115 - it is closed by `close`
                self._folder / FILE, "a", encoding="utf-8", errors="surrogateescape", opener=_not_through_a_link
            )
        self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        """Write what was noted."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Done:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(self, source: Path | str) -> str | None:
        try:
            status = os.stat(source)
        except OSError:
            return None
        path = self._whole(source)
        key, unpacked = self._unpacked.get(path, (path, None))
        state = self._states[key] = unpacked or f"{status.st_size} {status.st_mtime_ns}"
        return state

    def _key(self, source: Path | str) -> str:
        """What a source is known by; links by their target, since a run names that where a folder names the link."""
        path = self._whole(source)
        return self._unpacked.get(path, (path, ""))[0]


def options_digest(resizing: Resizing) -> str:
    """A short digest that changes with every option that changes an output's bytes or name."""
    return hashlib.sha256(json.dumps(resizing.plain(), sort_keys=True).encode()).hexdigest()[:16]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _stamp_of(path: Path) -> list[int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


def _stamp(value: Any) -> tuple[Any, int | None]:
    """Size and time of writing; older lists hold the size alone."""
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (value, None)


def _not_through_a_link(path: str, flags: int) -> int:
    """Open the list itself: a link of its name could lead to anybody's file."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _read(path: Path) -> list[dict[str, Any]]:
    """Every line that is whole; the last one of a source counts."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    found: list[dict[str, Any]] = []
    for text in lines:
        try:
            line = json.loads(text)
        except ValueError:
            continue  # The last line of a run that was killed: that source is simply done again.
        if isinstance(line, dict) and isinstance(line.get("source"), str):
            found.append(line)
    return found
