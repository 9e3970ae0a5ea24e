"""Every block of code of README and docs is run, in the order of its document, in a folder like a reader's.

A block of Python whose first line names a file is saved under that name, another is given to an interpreter as a cell
of a notebook is. A shell's blocks are one script that must succeed. Blocks that only another test can try say so in the
document: `<!-- tried by ... -->`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from engine.config import load
from engine.errors import TaskFailed
from engine.model import Configuration
from engine.workloads.base import Place
from engine.workloads.shop.demo import DemoShops
from tests.documentation import ROOT, RUN, Block, blocks

pytestmark = [pytest.mark.stress, pytest.mark.timeout(1500)]
POSIX = pytest.mark.skipif(os.name == "nt", reason="the documents' commands are for a shell")

SHOPPING = ("docs/commands.md", "docs/deployment.md")
"""Papers whose lists of addresses are the reader's own: here, of demo shops."""
TASKS = "def convert(value):\n    return str(value)\n\n\ndef invert(value):\n    return -int(value)\n"
SAVED = '<html><h1>Kettle</h1><div class="price">19,90 €</div></html>'


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's home folder, with photographs, functions and lists of their own."""
    (tmp_path / "Pictures" / "holiday").mkdir(parents=True)
    for number in range(4):
        Image.effect_noise((900, 600), 40 + number).convert("RGB").save(tmp_path / f"Pictures/holiday/{number}.jpg")
    commands = {
        "overlap": f'exec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "overlap_command.py"))} "$@"',
        "python": f'exec {shlex.quote(sys.executable)} "$@"',
    }
    for name, line in commands.items():
        for folder in ("commands", ".venv/bin"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            (tmp_path / folder / name).chmod(0o755)
    files = {
        "tasks.py": TASKS, "arguments.txt": "1\n2\n3\n4\n", "sizes.txt": "1\n2\n3\n4\n", "saved.html": SAVED,
        "selectors.txt": "shop.example .price\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    variables = {
        "HOME": tmp_path, "OVERLAP_HOME": tmp_path / "overlap", "PYTHONPATH": ROOT,
        "PATH": f"{tmp_path / 'commands'}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    return tmp_path


@pytest.fixture
def shops(reader: Path) -> Iterator[DemoShops]:
    """Demo shops that the reader's settings let in."""
    with DemoShops(load().home) as found:
        yield found


def script(found: list[Block], folder: Path) -> str:
    """One script for bash: the shell's blocks as they stand, files saved, cells given to an interpreter."""
    lines = ["set -e"]
    for block in found:
        if block.tried_by or block.not_tried:
            continue
        if block.kind == "python" and block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            lines.append(f"python - <<'END OF CELL'\n{block.text}END OF CELL")
        elif block.kind == "sh":
            lines.append(re.sub(r"\b41\b", "1", block.text))  # the reader's run 41 is the first one here
    return "\n".join(lines)


@POSIX
@pytest.mark.parametrize("document", RUN)
def test_every_block_of_a_document_runs(document: str, reader: Path, request: pytest.FixtureRequest) -> None:
    if document in SHOPPING:
        base = request.getfixturevalue("shops").base_url
        pages = [f"{base}/nordlicht/p/velora-x1-camera", f"{base}/gadget-barn/p/quarrel-studio-headphones"]
        (reader / "urls.txt").write_text("\n".join(pages), encoding="utf-8")
        (reader / "products.csv").write_text("name,link\n" + "".join(f"x,{page}\n" for page in pages), encoding="utf-8")
    if document == "docs/pictures.md":
        (reader / "Pictures" / "holiday").rename(reader / "photos")
    text = script(blocks(document), reader)
    done = subprocess.run(["bash", "-c", text], cwd=reader, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{text}\n\n{done.stdout}"
    assert "Traceback" not in done.stdout


def saved(document: str, name: str, folder: Path) -> ModuleType:
    """The module that a document's block of this name is."""
    (block,) = [block for block in blocks(document) if block.file == name]
    (folder / name).write_text(block.text, encoding="utf-8")
    found = importlib.util.spec_from_file_location(Path(name).stem, folder / name)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_workload_that_is_shown_does_what_it_says(tmp_path: Path) -> None:
    kind: Any = saved("docs/extending.md", "words.py", tmp_path).Words
    workload = kind({"least": 3}, Place(load(), tmp_path, tmp_path, 1))
    assert workload.run("a bee or two") == 2
    with pytest.raises(TaskFailed, match="7 is no text"):
        workload.run(7)


def test_the_executor_that_is_shown_runs_tasks_in_one_thread(tmp_path: Path) -> None:
    kind: Any = saved("docs/extending.md", "one_thread.py", tmp_path).OneThread
    started: list[int] = []
    with ExitStack() as stack:
        pool = stack.enter_context(kind(Configuration("one_thread", 1)).open(started.append, ()))
        assert list(pool.map(abs, [-1, 2])) == [1, 2]
    assert (started, kind.most_workers()) == ([0], 1)


def test_the_site_builds_and_asks_for_nothing_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 15
    foreign = re.compile(r"<(?:script|img|source|iframe|link)\b[^>]*?(?:src|srcset|href)=\"(?:https?:)?//[^\"]+\"")
    asks = {found for page in pages for found in foreign.findall(page.read_text(encoding="utf-8"))}
    assert {found for found in asks if 'rel="canonical"' not in found} == set()
    styles = [path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.css")]
    assert [found for text in styles for found in re.findall(r"url\(\"?(?:https?:)?//[^)]+\)", text)] == []
