"""Which of the engine's own modules some work needs, and which packages in which versions, for what is taken home.

Found by reading the source: the modules that are asked for, and all that they import, also inside functions. Stands
below `whole` and `folder`.
"""

from __future__ import annotations

import ast
import importlib.metadata
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import engine

ROOT = Path(engine.__file__).resolve().parent.parent
MARKERS = {
    "backports-zstd": 'python_version < "3.14"',
    "cykooz-resizer": 'sys_platform == "darwin" or platform_machine == "x86_64" or platform_machine == "AMD64"',
}
"""Packages needed, or to be had, only in some places; elsewhere a script does without. As in pyproject.toml."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Modules of the engine by name with their files, and the top names of other people's packages."""

    modules: dict[str, Path]
    packages: frozenset[str]


def needed(roots: Iterable[str], leave_out: Collection[str] = ()) -> Needed:
    """The modules named and everything that they import; what `leave_out` names is not looked at, packages too."""
    modules: dict[str, Path] = {}
    packages: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if file is None or name in modules or name in leave_out:
            continue
        modules[name] = file
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        for found in _imports(file):
            top = found.partition(".")[0]
            if top == "engine":
                waiting.append(found)
            elif top not in sys.stdlib_module_names and top not in leave_out:
                packages.add(found if top == "backports" else top)
    return Needed(dict(sorted(modules.items())), frozenset(packages))


def requirements(packages: Iterable[str], measured: dict[str, str]) -> list[str]:
    """A line ``name==version`` for each package that is installed: the version measured, else the one here.

    A package that is not to be had everywhere gets its marker (PEP 508), so that the lines can be installed anywhere.
    """
    known = {_plain(name): version for name, version in measured.items()}
    lines = []
    for package in sorted(packages, key=str.lower):
        for name in _distributions(package):
            version = known.get(_plain(name)) or importlib.metadata.version(name)
            marker = MARKERS.get(_plain(name))
            lines.append(f"{name}=={version}" + (f"; {marker}" if marker else ""))
    return sorted(set(lines), key=str.lower)


@cache
def _installed() -> Mapping[str, list[str]]:
    """Which distributions bring which package: asked once, because the files of all of them are listed for it."""
    return importlib.metadata.packages_distributions()


def _distributions(package: str) -> list[str]:
    found = _installed().get(package.partition(".")[0], [])
    if "." in package:  # a namespace that several distributions share
        return [name for name in found if _plain(name) == _plain(package)]
    return found


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _file(name: str) -> Path | None:
    place = ROOT.joinpath(*name.split("."))
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


@cache
def _imports(file: Path) -> tuple[str, ...]:
    """What a module of the engine imports, which stays the same as long as it is loaded."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
