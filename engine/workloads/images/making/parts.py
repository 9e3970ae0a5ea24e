"""Files that are not whole yet: how they are called beside their target, and removing those that nobody will finish.

A worker that is killed while it writes leaves its part behind; whoever watched it die sweeps afterwards.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PART = re.compile(r"\.(\d+)-\d+\.part")


def part_of(target: Path) -> Path:
    """Where this worker writes what will become `target`: in the same folder, so that it can replace it at once."""
    # Short, so that it fits beside the longest name; the thread's id keeps workers of one process apart.
    return target.parent / f".{os.getpid()}-{threading.get_ident()}.part"


def new_part(target: Path, data: bytes) -> Path:
    """Write `data` to a new file beside `target`, never into one that is there, nor through a link. Raises OSError."""
    part = part_of(target)
    for _ in range(100):
        try:
            with open(part, "xb") as file:
                file.write(data)
            return part
        except FileExistsError:  # left by a worker that was killed and had the same ids, or somebody else's
            part = target.parent / f".{os.getpid()}-{secrets.randbits(48)}.part"
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    raise FileExistsError(f"No name is free beside {target}.")


def sweep(folders: Iterable[Path]) -> int:
    """Remove the parts in these folders whose process has ended, and say how many; others may still be at work there.

    Only the folders themselves are looked at: a run's results may lie in a folder of a million other files.
    """
    import psutil  # only the side that watches a run asks; workers never import it

    removed = 0
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:  # nothing was written there, or it is gone
            continue
        for name in names:
            found = _PART.fullmatch(name)
            if found and not psutil.pid_exists(int(found[1])):
                with suppress(OSError):  # a folder that has become read-only keeps it
                    Path(folder, name).unlink(missing_ok=True)
                    removed += 1
    return removed
