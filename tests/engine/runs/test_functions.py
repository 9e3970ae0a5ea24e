"""The user's own function as a plan: by its name where that leads to it, else by value, with arguments of any kind."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.model import Pickled
from engine.protocol.pickling import unpacked
from engine.runs import function_check, functions
from engine.runs.function_check import FoundFunction, _sentence, look_at_function
from engine.runs.functions import IN_TRIAL, Named, function_plan, label_of, named, own_path, read_tasks

SETTINGS = Settings(home=Path("/nowhere"))


# What people see of an argument.


class Wordless:
    """A value that has no words for itself."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("argument", "label"),
    [
        ("a text", "a text"), (7, "7"), (None, "null"), ([1, "é"], '[1, "\\u00e9"]'), ({"a": 1}, '{"a": 1}'),
        ({1, 2}, "{1, 2}"), ("two\nlines \t here", "two lines here"), ("x" * 80, "x" * 80), ("x" * 81, "x" * 79 + "…"),
        (Wordless(), "a Wordless"), ("", ""), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_an_argument_is_called_by_its_text_its_json_or_its_own_words(argument: Any, label: str) -> None:
    assert label_of(argument) == label


@pytest.mark.parametrize(
    ("text", "values"),
    [("1\n2.5\n", [1, 2.5]), ("", []), ("\n \n", []), ('"a b"\na b\n[1]', ["a b", "a b", [1]]),
     ("null\ntrue", [None, True]), ("{broken", ["{broken"]), ("  padded  ", ["  padded  "]), ("1 2", ["1 2"])],
)  # fmt: skip
def test_each_line_is_one_value(text: str, values: list[Any]) -> None:
    assert read_tasks(text) == values


# How other processes get a function.


def in_module(name: str, monkeypatch: pytest.MonkeyPatch, file: str | None = None, **members: Any) -> ModuleType:
    """A module of this name that holds these functions as its own."""
    made = ModuleType(name)
    made.__file__ = file
    for path, function in members.items():
        function.__module__, function.__qualname__ = name, path
        setattr(made, path, function)
    monkeypatch.setitem(sys.modules, name, made)
    return made


def test_a_function_that_its_name_leads_to_travels_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(value: Any) -> Any:
        return value

    in_module("mine_of_a_test", monkeypatch, work=work)
    found = named(work)
    assert (found.label, found.pickled, found.options("function")) == (
        "mine_of_a_test:work", None, {"function": "mine_of_a_test:work"},
    )  # fmt: skip


def test_a_function_whose_name_leads_to_another_one_travels_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(value: Any) -> Any:
        return value

    made = in_module("mine_of_a_test", monkeypatch, work=work)
    made.work = lambda value: "replaced"  # type: ignore[attr-defined]
    assert named(work).pickled is not None
    del made.work
    assert named(work).pickled is not None, "or to none"


def test_the_main_script_is_imported_by_its_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(value: Any) -> Any:
        return value

    in_module("__main__", monkeypatch, str(tmp_path / "script.py"), work=work)
    found = named(work)
    assert found.label == "script:work" and found.search_path[0] == str(tmp_path.resolve())


@pytest.mark.parametrize("file", [None, "<stdin>", "/somewhere/notebook.ipynb"])
def test_a_notebooks_function_has_no_file_and_travels_by_value(
    file: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(value: Any) -> Any:
        return value

    in_module("__main__", monkeypatch, file, work=work)
    found = named(work)
    assert found.pickled is not None and found.label == "work" and found.is_async is False


@pytest.mark.parametrize(
    ("function", "label"),
    [(functools.partial(int, base=2), "a partial"), (lambda value: value, "<lambda>"), (str.upper, None)],
)
def test_what_has_no_name_of_its_own_is_called_by_what_it_is(function: Any, label: str | None) -> None:
    found = named(function)
    assert found.pickled is not None if label else True
    assert label is None or found.label.endswith(label)


def test_a_coroutine_function_that_travels_by_value_says_that_it_is_one() -> None:
    async def work(value: Any) -> Any:
        return value

    found = named(work)
    assert found.is_async is True and found.options("setup")["setup_async"] is True


def test_a_text_is_a_name_already() -> None:
    assert named("package.module:function") == Named("package.module:function", tuple(own_path()))


def test_the_callers_path_holds_folders_once_and_nothing_of_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    inside = str(Path(sys.prefix) / "lib")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "link"), "/no/such/folder", inside, ""])
    monkeypatch.chdir(tmp_path)
    assert own_path() == [str(tmp_path.resolve())]


# Plans.


def planned(function: str | Named = "json:dumps", *arguments: Any, **values: Any) -> Any:
    return function_plan(function, arguments or (1, 2), SETTINGS, **values)


def test_a_function_and_its_arguments_are_a_sequential_job() -> None:
    plan = planned("json:dumps", 1, {"a": [2]}, {3})
    assert plan.title == "3 tasks of json:dumps" and plan.workload == "function"
    assert [type(task.argument) for task in plan.tasks] == [int, dict, Pickled]
    assert unpacked(plan.tasks[2].argument) == {3}
    assert plan.options["function"] == "json:dumps" and plan.options["setup"] is None
    assert planned("json:dumps", 1).title == "1 task of json:dumps"


def test_a_set_up_and_folders_are_options_too() -> None:
    plan = planned(setup="json:loads", search_path=["/a", "/b"], import_here=False)
    assert (plan.options["setup"], plan.options["search_path"]) == ("json:loads", ["/a", "/b"])


def test_a_function_by_value_goes_along_with_its_plan() -> None:
    plan = planned(named(lambda value: value + 1))
    assert plan.options["function_pickled"] and plan.options["function_async"] is False
    json.dumps(plan.options)


def test_inside_a_trial_a_comparison_at_a_scripts_top_level_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IN_TRIAL, "1")
    with pytest.raises(SettingRefused, match='put the call below `if __name__ == "__main__":`'):
        planned()


def test_no_argument_is_refused() -> None:
    with pytest.raises(InputRefused, match="There is no task: give at least one argument"):
        function_plan("json:dumps", [], SETTINGS)


@pytest.mark.parametrize("name", ["json:nothing_of_this_name", "no_such_module_of_ours:work", "json", ":work", "json:"])
def test_what_cannot_be_imported_is_refused_here_unless_somebody_else_looks(name: str) -> None:
    with pytest.raises(SettingRefused):
        planned(name)
    assert planned(name, import_here=False).options["function"] == name


def test_what_a_module_prints_while_it_is_imported_does_not_stand_in_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "loud_of_a_test.py").write_text("print('hello')\ndef work(x):\n    return x\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    planned("loud_of_a_test:work", search_path=[str(tmp_path)])
    sys.modules.pop("loud_of_a_test", None)
    told = capsys.readouterr()
    assert told.out == "" and "hello" in told.err


# Looking at a function from another process, without one.


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "a.b:c", "missing": True, "error": "ModuleNotFoundError", "text": ""},
         "There is no module 'a.b' where Python looks: name the folder that holds it, or correct its name."),
        ({"name": "a:b.c", "missing": False, "error": "AttributeError", "text": "module 'a' has no attribute 'c'"},
         "The module 'a' has no 'b.c': correct its name."),
        ({"name": "a:b", "missing": False, "error": "AttributeError", "text": "inside: 'NoneType' has no 'x'"},
         "'a' cannot be imported: AttributeError: inside: 'NoneType' has no 'x'"),
        ({"name": "a:b", "missing": False, "error": "TypeError", "text": "b is no function"},
         "'b' of the module 'a' is no function."),
        ({"name": "a:b", "missing": False, "error": "SystemExit", "text": "3"},
         "'a' cannot be imported: SystemExit: 3"),
    ],
)  # fmt: skip
def test_why_a_function_cannot_be_had_is_one_sentence(said: dict[str, object], told: str) -> None:
    assert _sentence(said) == told


class Answering:
    """Stands for the process that imports: it answers this, or takes too long."""

    returncode = -11

    def __init__(self, output: bytes | None) -> None:
        self.output, self.ended = output, False

    def communicate(self, timeout: float) -> tuple[bytes, None]:
        if self.output is None:
            raise function_check.subprocess.TimeoutExpired("python", timeout)  # type: ignore[attr-defined]
        return self.output, None


def looked(monkeypatch: pytest.MonkeyPatch, output: bytes | None, name: str = "a:b", **values: Any) -> FoundFunction:
    process, asked = Answering(output), SimpleNamespace(arguments=[], path="")

    def start(arguments: list[str], path: str, **_: Any) -> Answering:
        asked.arguments, asked.path = arguments, path
        return process

    monkeypatch.setattr(function_check.child, "start", start)  # type: ignore[attr-defined]
    monkeypatch.setattr(function_check.child, "end", lambda it: setattr(it, "ended", True))  # type: ignore[attr-defined]
    try:
        found = look_at_function(name, **values)
        assert asked.arguments[2:] == [name, values.get("setup") or ""]
        assert asked.path.endswith(os.pathsep.join(values.get("search_path", [])))
        return found
    finally:
        assert process.ended or not asked.arguments, "the process is ended whatever happens"


@pytest.mark.parametrize("is_async", [True, False])
def test_a_function_that_was_found_says_whether_it_is_a_coroutine(
    is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"is_async": is_async}).encode()
    assert looked(monkeypatch, said, setup="c:d", search_path=["/x", "/y"]) == FoundFunction(is_async)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (None, r"a was not imported within 20 s: what it does at its top level must move below"),
        (b"", r"The Python that imported a ended with code -11 while it did\."),
        (b"half a {", r"ended with code -11 while it did\."),
        (b'{"name": "a:b", "missing": true, "error": "ModuleNotFoundError", "text": ""}', "There is no module 'a'"),
    ],
)
def test_an_import_that_hangs_crashes_or_fails_is_told(
    output: bytes | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingRefused, match=told):
        looked(monkeypatch, output)


@pytest.mark.parametrize("name", ["a", "a:", ":b", "a b:c", "a:b-c", "1a:b", "a..b:c", "a:b.", "a:b:c", "os;x:y", ""])
def test_what_names_no_function_is_refused_before_anything_is_imported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(function_check.child, "start", lambda *_, **__: pytest.fail("imported"))  # type: ignore[attr-defined]
    if name:
        with pytest.raises(SettingRefused, match=r"names no function: write it as package\.module:function"):
            look_at_function(name)
    with pytest.raises(SettingRefused, match="names no function"):
        look_at_function("a:b", setup=name or "x")


def test_the_main_guard_is_named_where_a_trial_would_meet_it() -> None:
    assert functions.IN_TRIAL == "OVERLAP_TRIAL" and IN_TRIAL not in os.environ
