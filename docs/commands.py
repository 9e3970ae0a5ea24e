"""Writes the second half of docs/commands.md: every command with its arguments and options, as click knows them.

    python docs/commands.py             write it
    python docs/commands.py --check     exit code 1 where the file is not up to date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.cli.group import main as group  # noqa: E402

PAGE = ROOT / "docs" / "commands.md"
MARK = "<!-- From here on made by docs/commands.py -->"


def reference() -> Iterator[str]:
    """The lines of the reference."""
    for name in group.list_commands(click.Context(group)):
        yield from _command(name, group.commands[name])


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"overlap {name}")
    yield from ("", f"## {name}", "", "```text", *command.get_usage(context).splitlines(), "```", "")
    yield from _paragraphs(command.help or "")
    options = [item for item in command.params if isinstance(item, click.Option)]  # arguments stand in the usage
    records = [record for item in options if (record := item.get_help_record(context))]
    if records:
        yield from ("| option | meaning |", "|---|---|")
        yield from (f"| `{_cell(option)}` | {_cell(meaning)} |" for option, meaning in records)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.replace("\b", "").split("\n\n"):
        yield from (" ".join(paragraph.split()), "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def page() -> str:
    """The whole page, with what was written by hand above the mark."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return by_hand + MARK + "\n" + "\n".join(reference()).rstrip() + "\n"


def main() -> int:
    """Write the page, or say that it is out of date."""
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
