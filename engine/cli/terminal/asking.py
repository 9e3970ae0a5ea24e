"""What a command asks its user, and options whose value may be left out."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import ClassVar

import click

from engine.cli.terminal.telling import tell
from engine.errors import InputRefused
from engine.text import printable

SHOWN = 5


class OptionalValues(click.Command):
    """A command some of whose options mean something without a value, also right before an argument."""

    implied: ClassVar[dict[str, tuple[str, tuple[str, ...]]]] = {"--overwrite": ("all", ("never", "ask", "all"))}
    """Option: what it means alone, and the values that it takes."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Give each option that stands alone its implied value."""
        done: list[str] = []
        for at, word in enumerate(arguments):
            if word == "--":
                return super().parse_args(context, [*done, *arguments[at:]])
            implied, values = self.implied.get(word, ("", ()))
            alone = implied and (at + 1 == len(arguments) or arguments[at + 1] not in values)
            done.append(f"{word}={implied}" if alone else word)
        return super().parse_args(context, done)


def agree(names: Sequence[str]) -> Collection[str]:
    """Ask which of the files that are there already may be replaced. Raises InputRefused where nobody can answer."""
    if not _answers():
        raise InputRefused(
            f"{len(names):,} of the results exist already, and nobody can be asked here: "
            "write --overwrite never or --overwrite all."
        )
    shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    tell(f"{len(names):,} of the results exist already: {shown}")
    answer = click.prompt(
        "Replace them? [a]ll, [n]one, or [e]ach in turn", type=click.Choice(["a", "n", "e"]), default="n", err=True,
        show_choices=False,
    )
    if answer == "e":
        return [name for name in names if click.confirm(f"Replace {printable(name)}?", err=True)]
    return names if answer == "a" else ()


def _answers() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()
