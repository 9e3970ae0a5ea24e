"""Imports only point down: every import statement of the code is read and held against the floors.

Imports inside functions count too. The checker itself is tried on small made-up trees, so it is known to fail.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Lowest first. A floor holds groups; the members of one group may import each other, groups of one floor may not.
# A member is a module or a folder directly under engine/, or "pages" or "app".
FLOORS: tuple[tuple[frozenset[str], ...], ...] = (
    (
        frozenset({
            "config", "model", "errors", "checks", "results", "lifeline", "private", "record", "remains",
            "usage", "pickling", "fingerprints", "storable", "apart", "variables",
        }),
    ),
    (frozenset({"web"}), frozenset({"images"})),
    (frozenset({"shop"}),),
    (frozenset({"workloads"}), frozenset({"executors"})),
    (frozenset({"trial", "meter", "board", "loop", "batch", "worker", "coroutines", "outputs", "references"}),),
    (
        frozenset({"store"}),
        frozenset({"sampler", "process_readers"}),
        frozenset({"analysis"}),
        frozenset({"environment"}),
        frozenset({"pythons", "available"}),
        frozenset({"turns"}),
    ),
    (
        frozenset({"lab"}),
        frozenset({"supervisor", "services", "remaining", "imports", "proof_results"}),
        frozenset({"plans", "defaults", "functions", "function_check", "proofs"}),
        frozenset({"gallery"}),
    ),
    (frozenset({"experiment", "comparison", "chain"}),),
    (frozenset({"jobs", "pilots"}), frozenset({"figures"})),
    (frozenset({"report"}),),
    (frozenset({"cli", "__main__"}), frozenset({"api"}), frozenset({"pages", "app"})),
)
PLACES = {place: (height, group) for height, floor in enumerate(FLOORS) for group in floor for place in group}
TOP = len(FLOORS) - 1

# Packages that only these places may import.
ONLY_IN = {"streamlit": {"pages", "app"}, "plotly": {"figures"}}


def faults(root: Path) -> list[str]:
    """What stands against the floors in the tree at `root`, one sentence each."""
    return [fault for path in sources(root) for fault in file_faults(root, path)]


def sources(root: Path) -> list[Path]:
    """Every module of the engine and the pages, and app.py."""
    return sorted([*root.glob("engine/**/*.py"), *root.glob("pages/**/*.py"), *root.glob("app.py")])


def file_faults(root: Path, path: Path) -> list[str]:
    """What stands against the floors in one file."""
    name = path.relative_to(root).as_posix()
    place = place_of(path.relative_to(root).with_suffix("").parts)
    if place is None:  # the facade, engine/__init__.py, names everything for those above it
        return []
    if place not in PLACES:
        return [f"{name} is on no floor: give {place!r} one in tests/test_floors.py, below all that import it."]
    return [
        f"{name}:{line} {said}"
        for line, target in imports(ast.parse(path.read_text(encoding="utf-8"), name))
        if (said := fault_of(place, target))
    ]


def place_of(parts: tuple[str, ...]) -> str | None:
    """The place that a module's dotted name, split, belongs to; None for the engine's facade."""
    if parts[0] != "engine":
        return parts[0]
    return parts[1] if len(parts) > 1 and parts[1] != "__init__" else None


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of each module that is imported anywhere in a file; dots in front mean a relative import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            if source in ("engine", "pages"):  # from engine import web, or from engine import Plan
                yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, source
        elif isinstance(node, ast.Call) and (name := called_import(node)):
            yield node.lineno, name


def called_import(call: ast.Call) -> str | None:
    """The module that `import_module("...")` or `__import__("...")` names, where it is spelled out."""
    function = call.func
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if called in ("import_module", "__import__") and call.args and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    return None


def fault_of(place: str, target: str) -> str | None:
    """Why `place` must not import `target`, or None where it may."""
    if target.startswith("."):
        return f"imports relatively ({target}): write the module's full name."
    first, *rest = target.split(".")
    if first in ONLY_IN and place not in ONLY_IN[first]:
        return f"imports {first}, which only {' and '.join(sorted(ONLY_IN[first]))} may."
    if first not in ("engine", "pages", "app") or rest == ["__version__"]:
        return None
    there = place_of((first, *rest))
    if there is None:  # `import engine`, for the package's path or version
        return None
    height, group = PLACES[place]
    if there not in PLACES:  # a public name of the facade, which may lead anywhere
        return None if height == TOP else f"imports {target}, which is no module on a floor: name one that is."
    if there in group or PLACES[there][0] < height:
        return None
    return f"imports {target}, which is not on a lower floor: {place} must not know {there}."


def test_imports_only_point_down() -> None:
    assert faults(ROOT) == []


def test_the_tree_that_is_checked_is_the_real_one() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in sources(ROOT)}
    assert {"engine/config.py", "engine/model.py", "engine/errors.py"} <= names


def tree(folder: Path, **files: str) -> Path:
    """A made-up project; a key `engine__web__x` is the file engine/web/x.py."""
    for key, text in files.items():
        path = folder / (key.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("engine__web__fetch", "from engine.config import Settings\nfrom engine.web.urls import Url\nimport requests"),
        ("engine__config", "from engine.errors import SettingRefused"),
        ("engine__trial", "def main():\n    from engine.executors import factory"),
        ("engine__loop", "from engine.board import Board"),
        ("engine__report__html", "from engine.figures import timeline"),
        ("engine__figures__timeline", "import plotly.graph_objects as go"),
        ("engine__jobs", "import engine\nfrom engine import __version__"),
        ("pages__start", "import streamlit as st\nfrom pages.parts import run\nfrom engine import Plan, jobs"),
        ("app", "from streamlit.starlette import App\nimport pages.start"),
        ("engine__shop__server", "from engine.web.allowed import register_shop"),
    ],
)
def test_an_import_that_points_down_or_stays_in_its_group_passes(tmp_path: Path, key: str, text: str) -> None:
    assert faults(tree(tmp_path, **{key: text})) == []


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("engine__web__fetch", "from engine.store import Store", "web must not know store"),
        ("engine__web__fetch", "from engine.images.opening import opened", "web must not know images"),
        ("engine__web__fetch", "from engine import shop", "web must not know shop"),
        ("engine__workloads__scrape", "import engine.executors.threads", "workloads must not know executors"),
        ("engine__executors__threads", "from engine.workloads import base", "executors must not know workloads"),
        ("engine__model", "def f():\n    from engine.trial import main", "model must not know trial"),
        ("engine__store__rows", "from engine.analysis.verdict import verdict", "store must not know analysis"),
        ("engine__plans", "import importlib\nimportlib.import_module('engine.lab.race')", "plans must not know lab"),
        ("engine__jobs", "from engine import Plan", "no module on a floor"),
        ("engine__web__fetch", "from .urls import Url", "imports relatively"),
        ("engine__cli", "import pages.start", "cli must not know pages"),
        ("engine__cli", "import streamlit", "only app and pages may"),
        ("engine__report__html", "from plotly import graph_objects", "only figures may"),
        ("pages__start", "import plotly", "only figures may"),
        ("engine__novelty", "x = 1", "engine/novelty.py is on no floor"),
        ("engine__novelties__one", "x = 1", "on no floor"),
    ],
)
def test_an_import_that_points_up_or_aside_is_found(tmp_path: Path, key: str, text: str, said: str) -> None:
    (found,) = faults(tree(tmp_path, **{key: text}))
    assert said in found


def test_a_fault_names_its_file_and_line(tmp_path: Path) -> None:
    (found,) = faults(tree(tmp_path, engine__web__fetch="import os\n\nfrom engine.cli import main\n"))
    assert found.startswith("engine/web/fetch.py:3 imports engine.cli,")
