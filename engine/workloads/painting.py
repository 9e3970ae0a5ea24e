"""The sample photos painted by a child process, so that the first ones are resized while it paints the others.

`python -m engine.workloads.painting --home HOME` paints what is missing and ends; a closed stdin, or on Linux the end
of its parent, ends it before that. A task whose photo is not there yet is put back (`Later`). The orchestrator imports
nothing that paints: a run's first result waits for its imports.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from functools import cached_property
from pathlib import Path
from types import TracebackType

from engine.machine import child
from engine.machine.lifeline import die_with_parent, watch_stdin

PATIENCE_S = 120.0
"""A photo that is not there by then will not come: its task then fails like that of any missing file."""
GRACE_S = 2.0
HEAD_START_S = 0.6
"""For so long the CPUs are left to the trial that begins, and to the page that draws the photos which come painted."""


class Painting:
    """The child, from `told` on until it is closed; a context manager."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def told(self) -> float:
        """For how long a task may wait for its photo, in seconds. Asked for once the first trial begins.

        Painting uses all CPUs. Until then they are for the orchestrator, which somebody waits for, and from then on for
        HEAD_START_S for the first two photos, which are there. Raises OSError when the child cannot be started.
        """
        command = ["-m", "engine.workloads.painting", "--home", str(self._home)]
        if threading.current_thread() is threading.main_thread():
            command += ["--parent", str(os.getpid())]
        self._process = child.start(command, stdout=subprocess.DEVNULL)
        return PATIENCE_S

    def close(self) -> None:
        """Ends the child, by asking and after two seconds by force. A second call does nothing."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Painting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_unpainted(source: str) -> bool:
    """Whether this is the place of a sample photo that is not there yet."""
    path = Path(source)
    if path.parent.name != "samples" or path.exists():
        return False
    from engine.workloads.shop.photos import PHOTOS

    return any(path.name == photo.name for photo in PHOTOS)


def main() -> int:
    """Paint what is missing."""
    parser = argparse.ArgumentParser(prog="python -m engine.workloads.painting")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    if options.parent is not None:
        die_with_parent(options.parent)
    watch_stdin(lambda _line: None, lambda: os._exit(0))
    time.sleep(HEAD_START_S)
    from engine.workloads.shop.photos import sample_photos

    sample_photos(options.home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
