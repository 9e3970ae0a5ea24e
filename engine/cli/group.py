"""The group that holds the commands, and how a command fails: one sentence on stderr, never a traceback."""

from __future__ import annotations

import sys

import click

from engine import __version__
from engine.errors import OverlapError, TaskFailed

FAILED, USAGE, SOME_FAILED, CANCELLED = 1, 2, 3, 130
"""Exit codes: the run could not be done; wrong usage; finished but some tasks failed; cancelled."""


class Commands(click.Group):
    """A group whose errors are one sentence on stderr and exit code 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the command named; an OverlapError becomes its sentence, Ctrl-C the exit code of a cancel."""
        try:
            return super().invoke(context)
        except (OverlapError, TaskFailed) as error:
            click.echo(f"overlap: {error}", err=True)
            sys.exit(FAILED)
        except KeyboardInterrupt:
            click.echo("\nCancelled.", err=True)
            sys.exit(CANCELLED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="overlap")
def main() -> None:
    """Run batches of tasks on threads, processes and more, and see by measurement which suits them.

    People's words and progress go to stderr; with --json, stdout carries exactly one JSON document.
    Exit code 0: every task succeeded; 3: finished, some tasks failed; 1: the run could not be done;
    2: wrong usage; 130: cancelled.
    """
