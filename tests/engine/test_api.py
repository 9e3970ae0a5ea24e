"""The engine from Python: `engine.compare`, and what it says when a function cannot travel."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.errors import InputRefused, SettingRefused
from engine.functions import name_of, read_tasks
from tests.engine import compared
from tests.engine.support import TESTS

ROOT = Path(engine.__file__).resolve().parents[1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of this test's own, and the folder of the functions on the path."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("OVERLAP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.syspath_prepend(TESTS)
    yield tmp_path


def test_it_gives_what_the_page_draws(here: Path) -> None:
    found = engine.compare("compared:double", range(4), executors=["threads"], workers=[2], repeats=1)
    assert found.run.state == "finished"
    assert found.verdict == found.document["verdict"] == found.run.verdict
    assert str(found) == " ".join(found.verdict["sentences"]) != ""
    assert [trial["executor"] for trial in found.document["trials"]].count("threads") == 1
    outputs = {record["task"]: record["output"] for record in found.document["trials"][0]["records"]}
    assert outputs == {0: 0, 1: 2, 2: 4, 3: 6}


def test_a_set_up_runs_in_every_worker_first(here: Path) -> None:
    found = engine.compare(
        "compared:was_prepared", range(4), ["processes"], [2], repeats=1, setup="compared:prepare"
    )
    outputs = {record["output"] for trial in found.document["trials"] for record in trial["records"]}
    assert outputs == {"1"}


def test_a_function_object_travels_by_its_name_and_folder() -> None:
    name, path = name_of(compared.double)
    assert name.endswith("compared:double") and str(ROOT) in path


def test_a_function_inside_another_is_refused_with_what_to_do() -> None:
    with pytest.raises(SettingRefused, match="move it to the top level"):
        name_of(lambda argument: argument)


def test_a_notebooks_function_is_refused_with_advice(here: Path) -> None:
    code = "import engine\ndef work(x): return x\nengine.compare(work, [1])"
    ended = _python(here, ["-c", code])
    assert ended.returncode == 1
    assert "notebook" in ended.stderr and "%%writefile" in ended.stderr


def test_a_script_that_compares_at_its_top_level_is_told_about_the_main_guard(here: Path) -> None:
    script = here / "careless.py"
    script.write_text(
        textwrap.dedent("""
            import engine
            def work(x):
                return x
            engine.compare(work, [1, 2], executors=["threads"], workers=[2], repeats=1)
        """)
    )
    ended = _python(here, [str(script)])
    assert ended.returncode == 1
    assert 'if __name__ == "__main__":' in ended.stderr


def test_no_task_and_one_that_is_no_plain_value_are_refused(here: Path) -> None:
    with pytest.raises(InputRefused, match="no task"):
        engine.compare("compared:double", [])
    with pytest.raises(InputRefused, match="cannot be sent"):
        engine.compare("compared:double", [object()])


def test_a_line_is_a_json_value_or_else_plain_text() -> None:
    assert read_tasks('1\n"a"\n\nplain text\n{"k": [2]}\n') == [1, "a", "plain text", {"k": [2]}]


def _python(here: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OVERLAP_HOME": str(here / "home")}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=50, cwd=here, env=environment, check=False
    )
