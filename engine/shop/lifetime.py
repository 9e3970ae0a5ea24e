"""A process that must not outlive its parent, on Linux.

Used by the demo shops' child process; elsewhere its closing standard input ends it.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""


def end_with_parent(parent: int) -> None:
    """Asks the kernel to kill this process when its parent ends; does nothing on other systems.

    The signal follows the parent's *thread* that started this process (man 2 prctl), so ask
    only when that was the main thread. Exits at once when `parent` is already gone.
    """
    if sys.platform != "linux":
        return
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit(1)
