"""Imports only point down, and never in a circle: every import statement of the code is held against the floors.

Imports inside functions count too. With the option `-s` of pytest the number
of arrows and the longest chain are printed. The checker itself is tried on small made-up trees, so it is known to fail.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.floors import FLOORS

ROOT = Path(__file__).resolve().parents[1]

PLACES = {place: (height, group) for height, floor in enumerate(FLOORS) for group in floor for place in group}
TOP = len(FLOORS) - 1
MOST_ARROWS = 110
LONGEST_CHAIN = 9
LARGEST_FOLDER = 14

# Packages that only these folders and files may import.
ONLY_IN = {"streamlit": ("pages/", "app.py"), "plotly": ("engine/report/figures/",)}

# Inside a folder: who must not know whom.
APART = {
    ("engine.workloads.web", "engine.workloads.images"),
    ("engine.workloads.web", "engine.workloads.shop"),
    ("engine.workloads.images", "engine.workloads.web"),
    ("engine.workloads.images", "engine.workloads.shop"),
    ("engine.orchestrator", "engine.trial"),  # it starts one, and never is one
    ("engine.orchestrator", "engine.workloads.images"),
    ("engine.runs", "engine.trial"),
    ("pages", "engine.trial"),
}

Edges = dict[str, set[str]]


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
        return [f"{name} is on no floor: give {place!r} one in tests/floors.py, below all that import it."]
    return [
        f"{name}:{line} {said}"
        for line, target in imports(ast.parse(path.read_text(encoding="utf-8"), name))
        if (said := fault_of(name, place, target))
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
            if source in ("engine", "engine.workloads", "pages"):  # from engine import store, or a public name
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


def fault_of(name: str, place: str, target: str) -> str | None:
    """Why the file `name`, at `place`, must not import `target`, or None where it may."""
    if target.startswith("."):
        return f"imports relatively ({target}): write the module's full name."
    first, *rest = target.split(".")
    if first in ONLY_IN and not name.startswith(ONLY_IN[first]):
        return f"imports {first}, which only {' and '.join(ONLY_IN[first])} may."
    if first not in ("engine", "pages", "app") or rest == ["__version__"]:
        return None
    here = name.removesuffix(".py").replace("/", ".")
    for one, other in APART:
        if here.startswith(f"{one}.") and f"{target}.".startswith(f"{other}."):
            return f"imports {target}: {one} must not know {other}."
    there = place_of((first, *rest))
    if there is None:  # `import engine`, for the package's path or version
        return None
    height, group = PLACES[place]
    if there not in PLACES:  # a public name of the facade, which may lead anywhere
        return None if height == TOP else f"imports {target}, which is no module on a floor: name one that is."
    if there in group or PLACES[there][0] < height:
        return None
    return f"imports {target}, which is not on a lower floor: {place} must not know {there}."


def modules(root: Path) -> dict[str, Path]:
    """Every module's dotted name and file; a folder's `__init__` has the folder's name."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in sources(root)
    }


def module_edges(root: Path) -> Edges:
    """Who imports whom, module by module. What a folder's facade names counts as the folder's own import."""
    known = modules(root)
    edges: Edges = {name: set() for name in known}
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            edges[name] |= {target for target in targets(node, known) if target != name}
    edges.pop("engine", None)
    return edges


def targets(node: ast.AST, known: Container[str]) -> Iterator[str]:
    """The known modules that one node of a syntax tree imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [one if one in known else node.module for one in inner]
    else:
        names = [name] if isinstance(node, ast.Call) and (name := called_import(node)) else []
    yield from (name for name in names if name in known and name != "engine")


def circles(root: Path) -> list[str]:
    """Every circle of imports between the modules and folders that lie in one folder."""
    edges = module_edges(root)
    folders = {name.rsplit(".", 1)[0] for name in edges if "." in name}
    found = []
    for folder in sorted(folders):
        inside = drawn_from(edges, lambda name, folder=folder: child_of(name, folder))  # type: ignore[misc]
        circle = circle_in(inside)
        if circle:
            found.append(f"{folder}: {' -> '.join(circle)}")
    return found


def child_of(name: str, folder: str) -> str | None:
    """The module or folder directly in `folder` that a module belongs to; None outside it."""
    return name[len(folder) + 1 :].split(".")[0] if name.startswith(f"{folder}.") else None


def drawn_from(edges: Edges, place: Callable[[str], str | None]) -> Edges:
    """The edges between the places that modules belong to."""
    found: Edges = defaultdict(set)
    for name, imported in edges.items():
        here = place(name)
        if here is not None:
            found[here] |= {there for one in imported if (there := place(one)) not in (None, here)}
    return found


def circle_in(edges: Edges) -> list[str]:
    """One circle, its first place named again at its end; [] where there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def longest_chain(edges: Edges) -> list[str]:
    """The longest way down from one place to another; `edges` hold no circle."""
    below: dict[str, list[str]] = {}
    for name in TopologicalSorter(edges).static_order():
        below[name] = [name, *max((below[there] for there in edges.get(name, ())), key=len, default=[])]
    return max(below.values(), key=len)


def test_imports_only_point_down() -> None:
    assert faults(ROOT) == []


def test_no_folder_holds_a_circle_of_imports() -> None:
    assert circles(ROOT) == []


def test_few_arrows_and_short_chains_between_places() -> None:
    places = drawn_from(module_edges(ROOT), lambda name: place_of(tuple(name.split("."))))
    arrows, chain = sum(map(len, places.values())), longest_chain(places)
    sys.stdout.write(f"\n{len(places)} places, {arrows} arrows; a chain of {len(chain)}: {' > '.join(chain)}\n")
    assert arrows <= MOST_ARROWS
    assert len(chain) <= LONGEST_CHAIN


def test_no_folder_is_too_large_to_be_read_at_a_glance() -> None:
    held = Counter(path.parent.relative_to(ROOT).as_posix() for path in sources(ROOT) if path.name != "__init__.py")
    del held["engine/store/migrations/versions"]  # grows by one a step
    assert {folder: count for folder, count in held.items() if count > LARGEST_FOLDER} == {}


def test_the_engines_top_is_its_main_path() -> None:
    entries = (ROOT / "engine").iterdir()
    found = {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()}
    beside = {"__init__", "__main__", "api", "config", "errors", "model", "text"}
    assert len(found - beside) <= 12, sorted(found - beside)


def test_the_tree_that_is_checked_is_the_real_one() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in sources(ROOT)}
    assert {"engine/config.py", "engine/model.py", "engine/errors.py"} <= names


def tree(folder: Path, **files: str) -> Path:
    """A made-up project; a key `engine__store__x` is the file engine/store/x.py."""
    for key, text in files.items():
        path = folder / (key.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("engine__store__rows", "from engine.config import Settings\nfrom engine.machine import private\nimport os"),
        ("engine__config", "from engine.errors import SettingRefused"),
        ("engine__trial__main", "def main():\n    from engine.executors import factory"),
        ("engine__trial__loop", "from engine.trial.batch import Batch"),
        ("engine__report__html__page", "from engine.report.figures import timeline"),
        ("engine__report__figures__timeline", "import plotly.graph_objects as go"),
        ("engine__runs__plans", "import engine\nfrom engine import __version__"),
        ("pages__start", "import streamlit as st\nfrom pages.parts import run\nfrom engine import Plan, jobs"),
        ("app", "from streamlit.starlette import App\nimport pages.start"),
        ("engine__workloads__shop__server", "from engine.workloads.web.addresses.allowed import register_shop"),
    ],
)
def test_an_import_that_points_down_or_stays_in_its_group_passes(tmp_path: Path, key: str, text: str) -> None:
    assert faults(tree(tmp_path, **{key: text})) == []


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("engine__workloads__web__fetch", "from engine.store import Store", "workloads must not know store"),
        ("engine__workloads__web__fetch", "from engine.workloads import images", "not know engine.workloads.images"),
        ("engine__workloads__web__a__b", "from engine.workloads.shop import x", "must not know engine.workloads.shop"),
        ("engine__workloads__scrape", "import engine.executors.threads", "workloads must not know executors"),
        ("engine__orchestrator__job", "from engine.trial import loop", "orchestrator must not know engine.trial"),
        ("engine__executors__threads", "from engine.workloads import base", "executors must not know workloads"),
        ("engine__model", "def f():\n    from engine.trial.main import main", "model must not know trial"),
        ("engine__store__rows", "from engine.workloads.base import Place", "store must not know workloads"),
        ("engine__trial__loop", "import importlib\nimportlib.import_module('engine.lab.x')", "trial must not know lab"),
        ("engine__orchestrator__job", "from engine.runs import plans", "orchestrator must not know runs"),
        ("engine__runs__jobs", "from engine import Plan", "no module on a floor"),
        ("engine__store__rows", "from .tables import runs", "imports relatively"),
        ("engine__cli", "import pages.start", "cli must not know pages"),
        ("engine__cli", "import streamlit", "only pages/ and app.py may"),
        ("engine__report__html", "from plotly import graph_objects", "only engine/report/figures/ may"),
        ("pages__start", "import plotly", "only engine/report/figures/ may"),
        ("engine__novelty", "x = 1", "engine/novelty.py is on no floor"),
        ("engine__novelties__one", "x = 1", "on no floor"),
    ],
)
def test_an_import_that_points_up_or_aside_is_found(tmp_path: Path, key: str, text: str, said: str) -> None:
    (found,) = faults(tree(tmp_path, **{key: text}))
    assert said in found


def test_a_fault_names_its_file_and_line(tmp_path: Path) -> None:
    (found,) = faults(tree(tmp_path, engine__store__rows="import os\n\nfrom engine.cli import main\n"))
    assert found.startswith("engine/store/rows.py:3 imports engine.cli,")


def test_a_circle_inside_a_folder_is_found_also_through_a_folder_of_it(tmp_path: Path) -> None:
    made = tree(
        tmp_path,
        engine__lab__one="from engine.lab.deep.two import x",
        engine__lab__deep__two="def f():\n    from engine.lab import three",
        engine__lab__three="import engine.lab.one",
    )
    (found,) = circles(made)
    assert found.startswith("engine.lab: ") and {"one", "deep", "three"} <= set(found.split(": ")[1].split(" -> "))
    (made / "engine/lab/three.py").write_text("x = 1", encoding="utf-8")
    assert circles(made) == []


def test_the_longest_chain_is_the_longest() -> None:
    assert longest_chain({"a": {"b", "d"}, "b": {"c"}, "c": {"d"}, "d": set()}) == ["a", "b", "c", "d"]
