"""The command line installs without numpy and its like: a verdict is made with the standard library alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import engine.analysis

MODULES = sorted(Path(engine.analysis.__file__).parent.rglob("*.py"))


def imported(source: str) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_the_engine_and_the_standard_library_only(path: Path) -> None:
    assert imported(path.read_text(encoding="utf-8")) <= {"engine", *sys.stdlib_module_names}
