"""Imported into a forkserver and into the lab's own interpreters: whatever they fork dies with them.

The kernel forgets the request at a fork, so every forked child makes it again, before it runs anything.
"""

from __future__ import annotations

import os

from engine.machine.lifeline import die_with_parent

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=die_with_parent)


def tie_forkserver() -> None:
    """Let a forkserver of this process import this module and die with this process."""
    from multiprocessing import forkserver

    forkserver.set_forkserver_preload(["engine.executors.tether", __name__])
