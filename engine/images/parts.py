"""Files that are not whole yet: how they are called beside their target, and removing those that nobody will finish.

A worker that is killed while it writes leaves its part behind; whoever watched it die sweeps afterwards.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

_PART = re.compile(r"\.(\d+)-\d+\.part")


def part_of(target: Path) -> Path:
    """Where this worker writes what will become `target`: in the same folder, so that it can replace it at once."""
    # Short, so that it fits beside the longest name; the thread's id keeps workers of one process apart.
    return target.parent / f".{os.getpid()}-{threading.get_ident()}.part"


def sweep(folder: Path) -> int:
    """Remove the parts below a folder whose process has ended, and say how many; others may still be at work there."""
    import psutil  # only the side that watches a run asks; workers never import it

    removed = 0
    for place, _, names in os.walk(folder):
        for name in names:
            found = _PART.fullmatch(name)
            if found and not psutil.pid_exists(int(found[1])):
                Path(place, name).unlink(missing_ok=True)
                removed += 1
    return removed
