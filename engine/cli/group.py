"""The group that holds the commands, and how a command fails: one sentence on stderr, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections import UserDict
from collections.abc import Iterator
from importlib import import_module

import click

from engine import __version__
from engine.cli.terminal.telling import tell
from engine.errors import OverlapError, TaskFailed

FAILED, USAGE, SOME_FAILED, CHANGED, CANCELLED = 1, 2, 3, 4, 130
"""Exit codes: the run could not be done; wrong usage; finished but some tasks failed; what was to be watched has
changed (prices, or a comparison that became slower); cancelled."""


COMMANDS = {
    "resize": "run:resize",
    "scrape": "run:scrape",
    "compare": "compare:compare",
    "prove": "prove:prove",
    "machine": "lab:machine",
    "sharing": "lab:sharing",
    "app": "serving.command:app",
    "shop": "tools:shop",
    "photos": "tools:photos",
    "price": "tools:price",
    "runs": "history:runs",
    "show": "history:show",
    "export": "history:export",
    "open": "history:open_",
    "resume": "history:resume",
    "retry": "history:retry",
    "cancel": "history:cancel",
    "delete": "history:delete",
    "mark": "history:mark",
    "tidy": "history:tidy",
    "completion": "tools:completion",
}
"""Each command's module below engine.cli, and its name there."""


class Table(UserDict[str, click.Command]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        """The command of this name; KeyError where there is none."""
        if name not in self.data:
            module, _, attribute = COMMANDS[name].partition(":")
            self.data[name] = getattr(import_module(f"engine.cli.{module}"), attribute)
        return self.data[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a command."""
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which a newcomer needs them."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """How many there are."""
        return len(COMMANDS)


class Commands(click.Group):
    """A group that lists its commands in their own order, and whose errors are one sentence and exit code 1."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names in their order."""
        return list(self.commands)

    def invoke(self, context: click.Context) -> object:
        """Run the command named; an OverlapError becomes its sentence, Ctrl-C the exit code of a cancel."""
        for stream in (sys.stdout, sys.stderr):  # names that are not UTF-8, a terminal that knows no ×
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except (OverlapError, TaskFailed) as error:
            tell(f"overlap: {error}")
            sys.exit(FAILED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # who reads our output has seen enough: click ends quietly
                raise
            words = error.strerror or str(error)
            file = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "A file"
            tell(f"overlap: {file} cannot be used ({words}): check its name and rights.")
            sys.exit(FAILED)
        except KeyboardInterrupt:
            tell("\nCancelled.")
            sys.exit(CANCELLED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="overlap")
def main() -> None:
    """Run batches of tasks on threads, processes and more, and see by measurement which suits them.

    People's words and progress go to stderr; with --json, stdout carries exactly one JSON document.
    Exit code 0: every task succeeded; 3: finished, some tasks failed; 1: the run could not be done;
    2: wrong usage; 4: what was to be watched has changed (--fail-on-change, --fail-if-slower); 130: cancelled.
    """


main.commands = Table()
