"""Starting another Python of ours, and ending it together with all that it has started.

Every such child finds this very engine first on its path, writes UTF-8, has none of this process's secrets but those
that it is given, and a session of its own: Ctrl-C in a terminal reaches it through its parent alone, and it is killed
as a group. That it dies with its parent is its own affair (`lifeline`): its stdin is a pipe that closes then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import engine
from engine.config import without_secrets

ROOT = str(Path(engine.__file__).resolve().parent.parent)
"""The folder that this engine is imported from."""


def inherited_path() -> str:
    """PYTHONPATH of this process, with this engine in front."""
    return os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH", "")]))


def start(
    arguments: Sequence[str],
    *,
    python: str = sys.executable,
    path: str | None = None,
    variables: Mapping[str, str] | None = None,
    stdin: int = subprocess.PIPE,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """A child that runs ``python -P ARGUMENTS``; `path` is its PYTHONPATH, by default `inherited_path`.

    -P: a folder named engine where the command was given is somebody else's package. Raises OSError when it cannot be
    started.
    """
    return subprocess.Popen(
        [python, "-P", *arguments], stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True,
        env=environment(variables, path),
    )  # fmt: skip


def environment(variables: Mapping[str, str] | None = None, path: str | None = None) -> dict[str, str]:
    """The environment of a child that `start` would start now."""
    own = {"PYTHONPATH": inherited_path() if path is None else path, "PYTHONUTF8": "1"}
    return {**without_secrets(os.environ), **(variables or {}), **own}


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and all that it has started, at once; `start` made it."""
    if sys.platform == "win32":
        process.kill()
    else:
        # The group outlives its leader as long as one member lives; an empty group is no error.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child as `kill` does, wait until it is gone, and close the pipes to it."""
    kill(process)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not yet sent to it cannot be sent any more
                pipe.close()
