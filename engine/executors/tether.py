"""Preloaded into the forkserver: importing this ties that process to the trial that started it.

The workers that the forkserver forks are tied to it in turn (`processes.enter`), so a kill -9 of
the trial reaches them through the kernel even while a task holds the GIL in C.
"""

from engine.machine.lifeline import die_with_parent

die_with_parent()
