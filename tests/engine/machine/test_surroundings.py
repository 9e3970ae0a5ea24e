"""What a machine says of itself, and what is said where it does not: environment, cores, Pythons, variables."""

from __future__ import annotations

import builtins
import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import engine
from engine.errors import NotAvailable, SettingRefused
from engine.machine import cores, environment, interpreters
from engine.machine.cores import core_types, count_of
from engine.machine.interpreters import engine_path, executable
from engine.machine.variables import LONGEST, as_variables, variables_of
from engine.protocol.fingerprints import encode

# The environment.


def test_a_machine_is_told_in_plain_values_that_a_document_can_hold() -> None:
    found = environment.environment()
    assert encode(found)
    assert found["cpus_usable"] >= 1 and found["memory_mb"] >= found["memory_free_mb"] > 0
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "Pillow" in found["libraries"] and "distributed-of-nobody" not in found["libraries"]
    assert os.sep not in found["executable"], "no path of this machine"


@pytest.mark.parametrize(
    ("enabled", "told"), [(None, True), (lambda: True, True), (lambda: False, False)], ids=["before 3.13", "on", "off"]
)
def test_a_python_that_does_not_tell_has_a_gil(enabled: Any, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", enabled, raising=False)
    assert environment.gil() is told


@pytest.mark.parametrize(("plugged", "told"), [(True, "mains"), (False, "battery"), (None, "battery")])
def test_power_is_mains_or_battery(plugged: bool | None, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    battery = SimpleNamespace(power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert environment.power() == told


def test_where_nothing_is_known_of_power_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert environment.power() is None

    def no_sys() -> None:
        raise FileNotFoundError("/sys/class/power_supply")

    monkeypatch.setattr(psutil, "sensors_battery", no_sys, raising=False)
    assert environment.power() is None
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)
    assert environment.power() is None


CPUINFO = "processor\t: 0\nvendor_id\t: X\nmodel name\t: Some CPU @ 3 GHz: fast\nmodel name\t: another\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its processors in a file")
@pytest.mark.parametrize(("text", "told"), [(CPUINFO, "Some CPU @ 3 GHz: fast"), ("processor: 0\n", "fallback"),
                                            ("", "fallback")])  # fmt: skip
def test_a_processor_has_the_first_name_that_the_kernel_lists(
    text: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "open", lambda *_, **__: io.StringIO(text))
    monkeypatch.setattr("platform.processor", lambda: "fallback")
    assert environment.processor() == told


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its processors in a file")
def test_a_list_of_processors_that_may_not_be_read_stops_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: Any, **__: Any) -> None:
        raise PermissionError("/proc/cpuinfo")

    monkeypatch.setattr(builtins, "open", closed)
    monkeypatch.setattr("platform.processor", lambda: "")
    assert environment.processor() is None


# Cores.


@pytest.mark.parametrize(("ranges", "count"), [
    ("0-7,16", 9), ("3", 1), ("0,2,4", 3), ("0-0\n", 1), ("", 0), ("\n", 0), ("0-1,4-7", 6),
])  # fmt: skip
def test_a_kernels_list_of_cpus_is_counted(ranges: str, count: int) -> None:
    assert count_of(ranges) == count


def of_kernel(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    """A kernel that tells of its cores in these files."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(cores, "_CPU", folder)
    kinds = {"performance": folder / "core", "efficiency": folder / "atom"}
    monkeypatch.setattr(cores, "_HYBRID", kinds)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_performance_and_efficiency_cores_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_kernel(tmp_path, monkeypatch, core="0-11\n", atom="12-19\n")
    assert core_types() == {"performance": 12, "efficiency": 8}


def test_cores_of_a_capacity_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"cpu{number}__cpu_capacity": "1024\n" if number < 2 else "446\n" for number in range(6)}
    of_kernel(tmp_path, monkeypatch, **files, cpufreq__cpu_capacity="7")
    assert core_types() == {"capacity 1024": 2, "capacity 446": 4}


def test_a_kernel_that_tells_nothing_of_its_cores_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_kernel(tmp_path, monkeypatch)
    assert core_types() is None


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (["8\n", "2\n"], {"performance": 8, "efficiency": 2}),
        (["8\n", ""], {"performance": 8}),
        (["unknown oid", "unknown oid"], None),
    ],
)
def test_a_mac_is_asked_level_by_level(answers: list[str], told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: Any) -> Any:
        asked.append(command[-1])
        return SimpleNamespace(returncode=0, stdout=answers[len(asked) - 1])

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    assert core_types() == told
    assert asked == ["hw.perflevel0.logicalcpu", "hw.perflevel1.logicalcpu"]


# Pythons by the names that people give them.


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


@pytest.mark.parametrize("inside", ["bin/python", "bin/python3", "Scripts/python.exe", "python.exe"])
def test_an_environments_folder_stands_for_its_python(inside: str, tmp_path: Path) -> None:
    python = made(tmp_path / ".venv" / inside)
    assert executable(str(tmp_path / ".venv")) == str(python)


def test_of_an_environments_pythons_the_plainest_name_is_taken(tmp_path: Path) -> None:
    plainest, _ = made(tmp_path / "bin/python"), made(tmp_path / "bin/python3")
    assert executable(str(tmp_path)) == str(plainest)


def test_a_python_that_is_a_link_keeps_its_place_which_says_whose_it_is(tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    assert executable(str(link)) == str(link)


def test_a_relative_path_is_made_whole_and_a_command_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = made(tmp_path / "bin" / "python3.99")
    monkeypatch.chdir(tmp_path)
    assert executable("bin/python3.99") == str(python)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir("/")
    assert executable("python3.99") == str(python)


@pytest.mark.parametrize("path", ["nowhere/python", "python-of-nobody", "."])
def test_what_leads_to_no_python_is_refused_with_its_name(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAvailable, match=f"There is no Python at {path}: name an executable or a virtual env"):
        executable(path)


def test_another_python_finds_this_engine_without_this_ones_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(Path(engine.__file__).resolve().parent.parent)
    assert engine_path() == own and engine_path(other=True) == own, "a checkout holds no other packages"
    packages = tmp_path / "lib" / "site-packages"
    made(packages / "engine" / "__init__.py")
    made(packages / "requests.py")
    monkeypatch.setattr(engine, "__file__", str(packages / "engine" / "__init__.py"))
    assert engine_path() == str(packages)
    alone = Path(engine_path(other=True))
    assert [one.name for one in alone.iterdir()] == ["engine"] and (alone / "engine" / "__init__.py").is_file()
    assert engine_path(other=True) == str(alone), "made once"


def test_where_links_are_not_allowed_the_engine_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError("a required privilege is not held")

    made(tmp_path / "dist-packages" / "engine" / "model.py")
    monkeypatch.setattr(Path, "symlink_to", refused)
    alone = interpreters._alone(tmp_path / "dist-packages")
    assert (alone / "engine" / "model.py").is_file() and not (alone / "engine").is_symlink()


# Variables of a configuration.


def test_variables_are_sorted_by_name_so_that_their_order_makes_no_other_configuration() -> None:
    assert variables_of(["OMP_NUM_THREADS=1", "A=x=y", "B="]) == ("A=x=y", "B=", "OMP_NUM_THREADS=1")
    assert variables_of([]) == ()
    assert as_variables(("A=x=y", "B=")) == {"A": "x=y", "B": ""}


@pytest.mark.parametrize("text", ["OMP_NUM_THREADS", "=1", "1A=2", "A B=1", "A-B=1", "", "Ä=1", " A=1", "A\n=1"])
def test_what_is_no_variable_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingRefused, match=r"is no variable: write it like OMP_NUM_THREADS=1\."):
        variables_of([text])


@pytest.mark.parametrize("name", ["PYTHONPATH", "pythonpath", "TMPDIR", "OVERLAP_HOME", "overlap_home", "TEMP"])
def test_what_a_trial_needs_to_find_its_own_files_cannot_be_given(name: str) -> None:
    with pytest.raises(SettingRefused, match=f"{name} cannot be given to a configuration"):
        variables_of([f"{name}=/elsewhere"])


@pytest.mark.parametrize("value", ["a\nb", "\x00", "\x1b[2J", "x" * LONGEST])
def test_a_value_that_is_no_setting_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match=f"A has a value that cannot be given: up to {LONGEST} printable"):
        variables_of([f"A={value}"])


def test_the_longest_value_that_may_be_given_is_given() -> None:
    longest = "A=" + "x" * (LONGEST - 2)
    assert variables_of([longest]) == (longest,)


def test_a_variable_that_is_given_twice_is_refused_also_with_one_value() -> None:
    with pytest.raises(SettingRefused, match="A was given twice"):
        variables_of(["A=1", "A=1"])
