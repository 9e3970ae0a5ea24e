"""README and docs agree with what is there: commands, options, links, pictures and what they tell of others."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from engine.cli.group import main
from engine.lab import EXPERIMENTS, experiment
from tests.documentation import ROOT, RUN, Block, anchors, blocks, commands, documents, links, read

DOCUMENTS = documents()
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    wrong = []
    for link in links(document):
        path, _, anchor = link.partition("#")
        if ":" in path:  # another site
            continue
        target = (ROOT / document).parent / path if path else ROOT / document
        known = not anchor or anchor in anchors(target.resolve().relative_to(ROOT).as_posix())
        if not target.is_file() or not known:
            wrong.append(link)
    assert wrong == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    assert "no-such-heading" not in anchors("README.md")
    assert "limits" in anchors("README.md")
    assert "docs/measuring.md" in links("README.md")


def test_every_document_is_on_the_site_and_reached_from_it() -> None:
    """A page of docs/ that stands in no menu is found by nobody."""
    menu = read("mkdocs.yml")
    inside = [document.removeprefix("docs/") for document in DOCUMENTS if document.startswith("docs/")]
    assert inside
    assert [document for document in inside if f": {document}\n" not in menu] == []


def test_every_picture_is_made_by_the_script_in_both_themes() -> None:
    shown = {Path(link).name for document in DOCUMENTS for link in links(document) if link.endswith(".png")}
    names = {name.rpartition("-")[0] for name in shown}
    script = read("docs/screenshots.py")
    assert names
    assert [name for name in sorted(names) if f'"{name}"' not in script] == []
    assert shown == {f"{name}-{theme}.png" for name in names for theme in ("light", "dark")}
    assert {path.name for path in (ROOT / "docs").rglob("*.png")} >= shown


PARSERS: dict[str, Callable[[str], object]] = {
    "ini": lambda text: configparser.ConfigParser(strict=False, interpolation=None).read_string(text),
    "json": json.loads,
    "python": lambda text: compile(text, "document", "exec"),
    "toml": tomllib.loads,
}
SHELLS = ("sh", "bat")
PROSE = ("", "text", "nginx", "yaml", "dockerfile")
"""Drawings, what a program prints, and what only other programs read."""


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_can_be_read_in_its_language(block: Block) -> None:
    assert block.kind in (*PARSERS, *SHELLS, *PROSE), f"{block}: what is {block.kind!r}? Give it a parser here."
    if block.kind in PARSERS:
        PARSERS[block.kind](block.text)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind in (*SHELLS, "python")], ids=str)
def test_every_block_that_can_run_is_run_by_a_test(block: Block) -> None:
    known = block.document in RUN or block.tried_by or block.not_tried
    assert known, f"{block}: add {block.document} to RUN in tests/documentation.py"


def test_hardly_any_block_is_left_untried() -> None:
    assert [str(block).partition(":")[0] for block in BLOCKS if block.not_tried] == ["docs/deployment.md"]


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.tried_by], ids=str)
def test_what_tries_a_block_is_there(block: Block) -> None:
    assert [name for name in block.tried_by if not (ROOT / name).is_file()] == []


TYPED = (*SHELLS, "", "ini")
WITH_COMMANDS = [block for block in BLOCKS if block.kind in TYPED and any(commands(block.text, block.kind))]


@pytest.mark.parametrize("block", WITH_COMMANDS, ids=str)
def test_every_command_is_there_with_the_options_that_are_written(block: Block) -> None:
    for name, *words in commands(block.text, block.kind):
        if name not in ("--version", "--help"):
            assert name in main.commands, f"there is no command {name!r}"
            read_as_the_command_does(main.commands[name], words)


def read_as_the_command_does(command: click.Command, words: list[str]) -> None:
    """Raises click.UsageError for what the command would refuse; the files that are named need not be there."""
    if words == ["--help"]:
        return
    context = click.Context(command, resilient_parsing=True)
    given, more, _ = command.make_parser(context).parse_args(args=list(words))
    wanted = [item.name for item in command.params if isinstance(item, click.Argument) and item.required]
    assert more == []
    assert [name for name in wanted if not isinstance(given.get(str(name)), (str, tuple)) or not given[str(name)]] == []


def test_every_fact_beside_another_program_has_a_command_that_shows_it() -> None:
    rows = re.findall(r"^\| (.+) \|$", read("README.md").partition("| you use |")[2], re.MULTILINE)
    shown = {row.split(" | ")[0]: re.findall(r"`([^`]+)`", row.split(" | ")[-1]) for row in rows}
    assert len(shown) == 8 and all(shown.values())
    for text in [text for texts in shown.values() for text in texts]:
        program, name, *words = text.split()
        assert "--help" not in words
        if program == "overlap":
            read_as_the_command_does(main.commands[name], words)
        elif program == "python":
            told = (ROOT / name).read_text(encoding="utf-8")
            assert [word for word in words if word.startswith("--") and f'"{word}"' not in told] == []


@pytest.mark.parametrize("words", [["resize"], ["resize", "a", "--no-such-option"], ["prove", "1", "gil", "more"]])
def test_a_command_that_is_written_wrong_is_found(words: list[str]) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        read_as_the_command_does(main.commands[words[0]], words[1:])


def test_commands_are_found_in_a_shells_text() -> None:
    text = (
        "a=$(overlap runs --json | python -c 'x')\noverlap resize a --to b \\\n   --size 3  # why\n"
        "cd x && ./bin/overlap app 2> err.txt &\n"
    )
    assert list(commands(text)) == [["runs", "--json"], ["resize", "a", "--to", "b", "--size", "3"], ["app"]]


def test_the_list_of_commands_is_up_to_date() -> None:
    check = [sys.executable, "docs/commands.py", "--check"]
    assert subprocess.run(check, cwd=ROOT).returncode == 0, "run `make docs` and commit docs/commands.md"


def test_the_list_of_licences_holds_every_locked_package_and_none_that_binds_who_passes_it_on() -> None:
    locked = dict(re.findall(r"^([\w.\-]+)(?:\[.*?\])?==([^\s;\\]+)", read("requirements.txt"), re.MULTILINE))
    rows = re.findall(r"^\| (\S+) \| (\d\S*) \| (.+) \|$", read("THIRD-PARTY.md"), re.MULTILINE)
    assert {name: version for name, version, _ in rows} == locked, "run `make docs` and commit THIRD-PARTY.md"
    assert [name for name, _, licence in rows if re.search(r"(?<!L)GPL|see its licence", licence)] == []


def test_every_setting_has_a_row_with_its_default() -> None:
    from dataclasses import MISSING, fields

    from engine.config import PREFIX, Settings

    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| ([^|]+) \|", read("docs/configuration.md"), re.MULTILINE))
    assert rows.keys() == {item.name.upper() for item in fields(Settings)}
    numbers = {item.name.upper(): item.default for item in fields(Settings) if item.type in ("int", "float", "bool")}
    assert {name: float(rows[name]) for name in numbers} == {
        name: float(default) for name, default in numbers.items() if default is not MISSING
    }


def test_the_lesson_names_every_experiment() -> None:
    lesson = read("docs/teaching.md")
    titles = [experiment(name).title for names in EXPERIMENTS.values() for name in names]
    assert [title for title in titles if f"**{title}**" not in lesson] == []


def test_the_twelve_answers_are_those_of_the_cases() -> None:
    from benchmarks.cases import CASES

    answers = read("docs/slower.md").replace("\n", " ")
    assert [name for name, case in CASES.items() if f"**{case.known}**" not in answers] == []
