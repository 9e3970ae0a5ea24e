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

from engine.images.options import Resizing

FILE = ".overlap-done.jsonl"


class Done:
    """The finished sources of one folder of results under one set of options; not for use by workers.

    Open it, `look` at the sources (or ask `is_current`) before the run, call `add` as they finish.
    """

    def __init__(self, folder: Path, resizing: Resizing) -> None:
        self._folder = folder
        self._options = options_digest(resizing)
        self._lines = _read(folder / FILE)
        self._states: dict[str, str] = {}
        self._unpacked: dict[str, tuple[str, str]] = {}
        self._file: Any = None

    def unpacked(self, path: Path, archive: Path, name: str, state: str) -> None:
        """Know a file that was unpacked by its `name` in the archive and by a `state` that changes with its content."""
        self._unpacked[os.path.realpath(path)] = (f"{os.path.realpath(archive)}/{name}", state)

    def look(self, sources: Iterable[Path]) -> None:
        """Remember the sources' states as they are now, before the run."""
        for source in sources:
            self._state(source)

    def is_current(self, source: Path, names: Sequence[str]) -> bool:
        """Whether the outputs `names` (below the folder) of a source are there and would come out the same."""
        state = self._state(source)
        line = self._lines.get(self._key(source))
        if state is None or line is None or [line.get("state"), line.get("options")] != [state, self._options]:
            return False
        known = line.get("outputs")
        return isinstance(known, dict) and list(known) == list(names) and all(
            _size(self._folder / name) == length for name, length in known.items()
        )

    def add(self, source: Path, names: Sequence[str]) -> None:
        """Note that a source is finished; its state is the one from before the run, where it was looked at then."""
        key = self._key(source)
        state = self._states.get(key) or self._state(source)
        outputs = {name: _size(self._folder / name) for name in names}
        line = {"source": key, "state": state, "options": self._options, "outputs": outputs}
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = (self._folder / FILE).open("a", encoding="utf-8", errors="surrogateescape")
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

    def _state(self, source: Path) -> str | None:
        try:
            status = source.stat()
        except OSError:
            return None
        _, unpacked = self._unpacked.get(os.path.realpath(source), (None, None))
        state = unpacked or f"{status.st_size} {status.st_mtime_ns}"
        self._states[self._key(source)] = state
        return state

    def _key(self, source: Path) -> str:
        """What a source is known by; links by their target, since a run names that where a folder names the link."""
        path = os.path.realpath(source)
        return self._unpacked.get(path, (path, ""))[0]


def options_digest(resizing: Resizing) -> str:
    """A short digest that changes with every option that changes an output's bytes or name."""
    return hashlib.sha256(json.dumps(resizing.plain(), sort_keys=True).encode()).hexdigest()[:16]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for text in lines:
        try:
            line = json.loads(text)
        except ValueError:
            continue  # The last line of a run that was killed: that source is simply done again.
        if isinstance(line, dict) and isinstance(line.get("source"), str):
            found[line["source"]] = line
    return found
