"""What reaches a terminal: words as they are, and nothing that it would obey."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import engine.cli
from engine.cli.terminal.telling import show_table, tell
from tests.engine.cli.conftest import Cli
from tests.engine.report.made import document, failed, record, shop_page

HOSTILE = "Lamp\x1b]0;owned\x07\x1b[2J\rfree\x9b31m\u202eTXT"


WAYS = ("click.echo", "print", "tqdm.write", "sys.stderr.write", "sys.stdout.write")


def test_words_and_line_ends_stay_and_what_a_terminal_obeys_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    tell(f"Kettle, 12\N{NO-BREAK SPACE}€ 写真\n\t{HOSTILE}")
    told = capsys.readouterr().err
    assert told.startswith("Kettle, 12\N{NO-BREAK SPACE}€ 写真\n\tLamp\N{REPLACEMENT CHARACTER}]0;owned")
    assert not set(told) & set("\x1b\x07\r\x9b\u202e")


def test_a_table_has_aligned_columns_and_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([{"name": "a", "n": 1}, {"name": "a\nlong name", "n": 22}])
    assert capsys.readouterr().out.splitlines() == ["name         n", "a            1", "a long name  22"]
    show_table([])
    assert capsys.readouterr().out == ""


def test_a_strangers_text_in_a_run_is_no_command_for_the_terminal(cli: Cli, tmp_path: Path) -> None:
    pages = [record(0, "http://a/1", shop_page(name=HOSTILE)), failed(1, "http://a/2", HOSTILE)]
    (tmp_path / "run.json").write_text(json.dumps(document(pages, title=HOSTILE, message=HOSTILE)))
    opened = cli("open", tmp_path / "run.json")
    shown, listed = cli("show", "1"), cli("runs")
    for done in (opened, shown, listed):
        told = done.stdout + done.stderr
        assert "Lamp" in told, done.args
        assert not set(told) & set("\x1b\x07\r\x9b\u202e"), done.args


def test_words_for_people_reach_the_terminal_by_one_way_only() -> None:
    """What is echoed besides is a document: JSON, or a shell's script."""
    for path in sorted(Path(engine.cli.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WAYS:
                given = ast.unparse(node.args[0])
                known = given.startswith("json.dumps(") or given == "chunk" or given.endswith(".source()")
                known = known or given.startswith("printable(")
                # `turn` speaks before any package is installed, and only words of its own.
                assert known or path.name in ("telling.py", "turn.py"), f"{path.name}: {given}"
