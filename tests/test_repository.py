"""What holds for the repository around the code: nothing of one machine in it, and papers that agree with the code."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from engine.cli.group import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}

# Spelled with brackets, so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.}])/(?:wor[k]|roo[t]|opt/pyp[i]|opt/wheel[s]|hom[e]/\w+|User[s]/\w+)/|/tmp/ven[v]")
INDEX_HOSTS = re.compile(r"(?:pypi|pythonhosted|npmjs|deb\.debian)\.or[g]|extra-index-ur[l]|find-link[s]")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """The files that git knows."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def names_in(text: str) -> dict[str, str]:
    """Package name (lower case, dashes) to requirement, for each line of a requirements file that names one."""
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in text.splitlines())
    found = {re.split(r"[\s;<>=!~\[]", line)[0]: line for line in lines if re.match(r"[A-Za-z]", line)}
    return {normal(name): line for name, line in found.items()}


def normal(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, INDEX_HOSTS], ids=["paths of one machine", "package hosts"])
def test_no_tracked_text_holds(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            lines = enumerate(data.decode("utf-8").splitlines(), 1)
            found += [f"{path.relative_to(ROOT)}:{number} {line}" for number, line in lines if pattern.search(line)]
    assert found == []


@pytest.mark.parametrize(
    "text", ["in /wor" + "k/main/engine", "cd /hom" + "e/ann/overlap", "/tmp/ven" + "v/bin/python", "/roo" + "t/.cache"]
)
def test_a_path_of_one_machine_is_recognised(text: str) -> None:
    assert MACHINE_PATHS.search(text)


@pytest.mark.parametrize(("loose", "lock"), LOCKS.items())
def test_every_package_that_is_asked_for_is_locked(loose: str, lock: str) -> None:
    assert names_in(read(loose)).keys() - names_in(read(lock)).keys() == set()


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_locked_package_has_one_version_and_hashes_and_no_index(lock: str) -> None:
    text = re.sub(r"\\\n\s*", "", read(lock))
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert [line for line in lines if not re.match(r"[\w.\-\[\]]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []


def test_the_two_locks_hold_the_same_versions() -> None:
    """What each is for (its marker) may differ: tests can need on every system what the app does not."""
    app, dev = (
        {name: line.partition(";")[0].rstrip(" \\") for name, line in names_in(read(lock)).items()}
        for lock in LOCKS.values()
    )
    assert [name for name, version in app.items() if dev.get(name) != version] == []


def test_an_installed_package_asks_for_what_the_requirements_name() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["app"]]
    assert names_in("\n".join(asked)) == names_in(read("requirements.in"))




def test_every_name_that_is_looked_up_by_a_text_exists() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in tracked() if path.suffix == ".py")
    named = set(re.findall(r'"((?:engine|pages)(?:\.\w+)+):(\w+)"', sources))
    named |= {(f"engine.cli.{module}", name) for module, _, name in (text.partition(":") for text in COMMANDS.values())}
    assert len(named) > len(COMMANDS)
    defined = {module: read(module.replace(".", "/") + ".py") for module, _ in named}
    missing = {
        f"{module}:{name}"
        for module, name in named
        if not re.search(rf"^(?:(?:async )?def |class )?{name}\b", defined[module], re.MULTILINE)
    }
    assert missing == set()


@pytest.mark.parametrize("paper", ["CONTRIBUTING.md", ".ci/run"])
def test_every_make_command_that_is_named_exists(paper: str) -> None:
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|&& )make (\w+)", read(paper), re.MULTILINE))
    assert named, f"{paper} names no make command at all"
    assert named <= targets


def test_the_licence_is_the_one_that_the_package_names() -> None:
    assert read("LICENSE").startswith("MIT License")
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "MIT"


def test_ci_runs_every_supported_python_on_every_system() -> None:
    workflow = read(".github/workflows/check.yml")
    for wanted in ("3.11", "3.12", "3.13", "3.14", "ubuntu-latest", "macos-latest", "windows-latest"):
        assert wanted in workflow


def test_no_module_of_tests_is_imported_by_another() -> None:
    """What several share lives in a module of its own, which holds no tests."""
    named = (r"from tests\.\S*\btest_\w+ import", r"from tests\S* import .*\btest_\w+", r"import tests\.\S*\btest_")
    found = re.compile(rf"^\s*(?:{'|'.join(named)})", re.MULTILINE)
    tests = [path for path in tracked() if path.is_relative_to(ROOT / "tests") and path.suffix == ".py"]
    assert len(tests) > 100
    assert [str(path) for path in tests if found.search(path.read_text(encoding="utf-8"))] == []


def test_no_script_of_a_page_draws_what_is_meant_for_the_readers_of_its_code() -> None:
    scripts = [ROOT / "app.py", *(path for path in ROOT.glob("pages/*.py") if path.name != "menu.py")]
    assert len(scripts) > 8
    for path in scripts:  # Streamlit writes every text that stands alone onto the page, but for the first
        texts = [one for one in ast.parse(path.read_text(encoding="utf-8")).body[1:] if isinstance(one, ast.Expr)]
        assert not [one for one in texts if isinstance(one.value, ast.Constant)], path.name
