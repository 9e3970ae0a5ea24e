"""Words of the command line, read without running anything: shares, times, sizes, questions, folders, commits."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from engine.analysis.diff import Change
from engine.analysis.statistics.ratio import Ratio
from engine.cli import checkouts, compared_tasks
from engine.cli.checkouts import Checkout, must_be_alone
from engine.cli.compared_tasks import tasks_of
from engine.cli.resizing import OPTIONS
from engine.cli.sources import destination, gathered
from engine.cli.terminal import asking
from engine.cli.terminal.asking import OptionalValues, agree
from engine.cli.values import Fraction, Place, Seconds, whole
from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.model import Configuration

# Shares, times, numbers, places.


def read(kind: click.ParamType[Any], text: str) -> Any:
    """The value of an option of this kind; None where it is refused as wrong usage."""
    seen: list[Any] = []

    @click.command()
    @click.option("--it", type=kind)
    def command(it: Any) -> None:
        seen.append(it)

    done = CliRunner().invoke(command, ["--it", text])
    assert done.exit_code in (0, 2), done.output
    return seen[0] if seen else None


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5%", 0.05), ("0.05", 0.05), (" 12.5% ", 0.125), ("99.9%", 0.999), ("0", None), ("100%", None), ("1", None),
        ("-5%", None), ("nan", None), ("nan%", None), ("inf", None), ("much", None), ("", None), ("%", None),
    ],
)  # fmt: skip
def test_a_share_is_a_percentage_or_a_fraction_between_nothing_and_all(text: str, share: float | None) -> None:
    assert read(Fraction(), text) == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("text", "value_s"),
    [
        ("60", 60), ("60s", 60), ("5min", 300), ("2h", 7200), ("1.5 min", 90), (".5s", 0.5), (" 7 s ", 7), ("3.", 3),
        ("0", None), ("0s", None), ("-1", None), ("5m", None), ("1e3", None), ("nan", None), ("", None),
        ("5 min 3 s", None),
    ],
)  # fmt: skip
def test_a_time_is_in_seconds_unless_it_says_its_unit(text: str, value_s: float | None) -> None:
    assert read(Seconds(), text) == value_s


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", " ", "²", "1e3"])
def test_a_whole_number_is_one_from_one(text: str) -> None:
    with pytest.raises(SettingRefused, match="--tasks cannot be"):
        whole(text, "--tasks")
    assert whole(" 12 ", "--tasks") == 12


def test_an_address_is_left_as_it_is_and_a_path_is_a_path() -> None:
    assert read(Place(path_type=Path), "s3://bucket/photos") == "s3://bucket/photos"
    assert read(Place(path_type=Path), "photos") == Path("photos")


@pytest.mark.parametrize(
    ("text", "kb"),
    [
        ("200kB", 200), ("1.5MB", 1500), ("1.5m", 1500), ("200", 200), ("200k", 200), ("1", 1), ("1000mb", 1_000_000),
        ("0", None), ("0.5", None), ("-3kB", None), ("1001MB", None), ("nan", None), ("inf", None), ("kB", None),
        ("much", None), ("", None), ("1,5MB", None),
    ],
)  # fmt: skip
def test_the_size_of_a_file_is_in_kilobytes_unless_it_says_its_unit(text: str, kb: float | None) -> None:
    seen: dict[str, Any] = {}

    def command(**given: Any) -> None:
        seen.update(given)

    wrapped: Any = command
    for option in reversed(OPTIONS):
        wrapped = option(wrapped)
    done = CliRunner().invoke(click.command()(wrapped), ["--max-size", text])
    assert (done.exit_code, seen.get("max_kb")) == ((0, kb) if kb else (2, None))
    assert kb or "write it like 200kB or 1.5MB" in done.output


# Options whose value may be left out, and questions.


@pytest.mark.parametrize(
    ("words", "overwrite", "rest"),
    [
        (["--overwrite"], "all", ()), (["--overwrite", "a.jpg"], "all", ("a.jpg",)),
        (["--overwrite", "never", "a.jpg"], "never", ("a.jpg",)), (["--overwrite=ask"], "ask", ()),
        (["a.jpg", "--overwrite"], "all", ("a.jpg",)), (["--", "--overwrite"], None, ("--overwrite",)),
        (["--overwrite", "--", "all"], "all", ("all",)), ([], None, ()),
    ],
)  # fmt: skip
def test_an_option_that_stands_alone_means_what_it_implies(
    words: list[str], overwrite: str | None, rest: tuple[str, ...]
) -> None:
    seen: dict[str, Any] = {}

    @click.command(cls=OptionalValues)
    @click.argument("rest", nargs=-1)
    @click.option("--overwrite", type=click.Choice(["never", "ask", "all"]))
    def command(**given: Any) -> None:
        seen.update(given)

    assert CliRunner().invoke(command, words).exit_code == 0
    assert seen == {"overwrite": overwrite, "rest": rest}


class Terminal(io.StringIO):
    """A person who types these lines."""

    def isatty(self) -> bool:
        return True


def answered(monkeypatch: pytest.MonkeyPatch, typed: str, names: Sequence[str]) -> list[str]:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    return list(agree(names))


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("a\n", ["a.jpg", "b.jpg"]), ("n\n", []), ("\n", []), ("x\na\n", ["a.jpg", "b.jpg"]), ("e\ny\nn\n", ["a.jpg"]),
     ("e\n\n\n", [])],
)  # fmt: skip
def test_who_is_asked_says_all_none_or_which(typed: str, agreed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, typed, ["a.jpg", "b.jpg"]) == agreed


@pytest.mark.parametrize(("count", "dots"), [(asking.SHOWN, False), (asking.SHOWN + 1, True)])
def test_of_very_many_files_some_are_named(
    count: int, dots: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(monkeypatch, "n\n", [f"{number}.jpg" for number in range(count)])
    told = capsys.readouterr().err
    assert f"{count} of the results exist already: 0.jpg, 1.jpg" in told and ("…" in told) is dots
    assert f"{asking.SHOWN}.jpg" not in told


def test_where_nobody_can_be_asked_nothing_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\n"))
    with pytest.raises(InputRefused, match=r"1,200 of the results exist already, and nobody can be asked here: write"):
        agree(["a.jpg"] * 1200)


# Folders of results and of sources.


def test_results_go_to_the_folder_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert destination([], Path("out/deep"), False) == tmp_path / "out" / "deep"
    assert (tmp_path / "out" / "deep").is_dir()


def test_or_beside_their_originals_where_these_lie_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    files = [tmp_path / "in" / name for name in ("a.jpg", "b.jpg")]
    assert destination(files, None, True) == tmp_path / "in"
    assert destination([tmp_path / "in"], None, True) == tmp_path / "in"
    with pytest.raises(InputRefused, match="With --beside the sources must lie in one folder"):
        destination([*files, tmp_path / "in" / "sub"], None, True)
    with pytest.raises(InputRefused, match="What comes out of a ZIP has no folder to write beside"):
        destination([tmp_path / "photos.ZIP"], None, True)
    (tmp_path / "folder.zip").mkdir()
    assert destination([tmp_path / "folder.zip"], None, True) == tmp_path / "folder.zip"


@pytest.mark.parametrize(("target", "beside"), [(None, False), (Path("out"), True)])
def test_where_results_go_is_said_once(target: Path | None, beside: bool) -> None:
    with pytest.raises(click.UsageError, match="--to FOLDER, or --beside"):
        destination([Path("a.jpg")], target, beside)


def test_a_target_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputRefused, match="a part of its path is a file"):
        destination([], tmp_path / "out" / "deep", False)


def test_files_of_one_folder_keep_its_folders_and_of_several_sources_their_paths(tmp_path: Path) -> None:
    for name in ("in/a.jpg", "in/sub/b.png", "in/notes.txt", "other/c.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    settings = Settings(home=tmp_path / "home")
    with gathered([tmp_path / "in", tmp_path / "in"], None, settings, tmp_path / "out") as one:
        assert one.root == tmp_path / "in"
        assert list(map(str, one.files)) == [str(tmp_path / "in" / name) for name in ("a.jpg", "sub/b.png")]
        assert list(one.identities) == list(map(str, one.files))
    with gathered([tmp_path / "in", tmp_path / "other" / "c.jpg"], None, settings, tmp_path / "out") as several:
        assert several.root is None and len(several.files) == 3
    with gathered([tmp_path / "in"], "*.png", settings, tmp_path / "out") as chosen:
        assert [Path(path).name for path in chosen.files] == ["b.png"]
    with gathered([tmp_path / "in"], None, settings, tmp_path / "in" / "sub") as without:
        assert [Path(path).name for path in without.files] == ["a.jpg"], "results are no sources"


# What is compared.


def asked(what: str, *inputs: str, **given: Any) -> Any:
    every = {"tasks": None, "setup": None, "only_python": False, "checkouts": None, "sizes": (), "amount": 7,
             "seconds": 0.5, **given}  # fmt: skip
    store: Any = SimpleNamespace(settings=Settings(home=Path("/nowhere")))
    return tasks_of(what, inputs, every, store, None)  # type: ignore[arg-type]


def test_simple_work_has_its_usual_number_of_tasks_or_the_one_that_was_named() -> None:
    assert len(asked("compute").tasks) == 32 and asked("compute").options == {"amount": 7}
    assert len(asked("wait").tasks) == 64 and asked("wait").options == {"seconds": 0.5}
    assert len(asked("compute", tasks="5").tasks) == 5
    with pytest.raises(SettingRefused, match="--tasks cannot be 'many'"):
        asked("wait", tasks="many")


def test_an_unknown_kind_of_work_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingRefused, match="'cook' is nothing to compare: choose resize, scrape, compute, wait or"):
        asked("cook")


def test_a_functions_arguments_are_values_behind_its_name_or_lines_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "args").write_text('1\n{"a": 2}\n\nplain text\n', encoding="utf-8")
    assert [task.argument for task in asked("json:dumps", "1", "text", "[2]").tasks] == [1, "text", [2]]
    assert [task.argument for task in asked("json:dumps", tasks=str(tmp_path / "args")).tasks] == [
        1, {"a": 2}, "plain text",
    ]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"7\n")))
    assert [task.argument for task in asked("json:dumps", tasks="-").tasks] == [7]


@pytest.mark.parametrize(("inputs", "tasks"), [((), None), (("1",), "file")])
def test_arguments_are_given_once(inputs: tuple[str, ...], tasks: str | None) -> None:
    with pytest.raises(InputRefused, match="Write the function's arguments behind its name, or name their file"):
        asked("json:dumps", *inputs, tasks=tasks)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_arguments_that_cannot_be_read_is_refused_with_its_name(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "args").write_bytes(content)
    with pytest.raises(InputRefused, match=r"args cannot be read \("):
        asked("json:dumps", tasks=str(tmp_path / "args"))


def test_the_current_folder_is_one_to_import_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine_of_a_test.py").write_text("def work(x):\n    return x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", os.getcwd())])
    plan = asked("mine_of_a_test:work", "1")
    assert plan.options["search_path"][0] == str(tmp_path)
    sys.modules.pop("mine_of_a_test", None)


def test_pictures_at_an_address_and_missing_ones_are_refused() -> None:
    with pytest.raises(InputRefused, match=r"not at an address \(s3://b/a\.jpg\)"):
        asked("resize", "s3://b/a.jpg")
    with pytest.raises(InputRefused, match=r"There is no file or folder nowhere/a\.jpg"):
        asked("resize", "nowhere/a.jpg")
    assert set(compared_tasks.TASKS) == {"resize", "scrape", "compute", "wait"}


# Two commits.


@pytest.mark.parametrize(
    ("given", "option"),
    [({"as_json": True}, "--json"), ({"html_file": Path("x")}, "--html"), ({"only_python": True}, "--only-python"),
     ({"precision": 0.05}, "--precision"), ({"references": True}, "--references"), ({}, None),
     ({"references": False, "budget": None, "repeats": 3}, None)],
)  # fmt: skip
def test_options_that_speak_of_one_run_are_refused_where_four_are_made(
    given: dict[str, Any], option: str | None
) -> None:
    if option is None:
        must_be_alone(given)
        return
    with pytest.raises(click.UsageError, match=f"so {option} cannot be used with it"):
        must_be_alone(given)


def test_a_commit_is_called_by_its_name_and_hash_once() -> None:
    assert Checkout("main", "1a2b3c4", Path("/x")).label == "main (1a2b3c4)"
    assert Checkout("1a2b3c4", "1a2b3c4", Path("/x")).label == "1a2b3c4"
    assert Checkout("1a2b", "1a2b3c4", Path("/x")).label == "1a2b"


def test_folders_of_the_working_copy_lie_in_the_checkout_and_others_stay(tmp_path: Path) -> None:
    top = tmp_path / "repository"
    (top / "src").mkdir(parents=True)
    assert checkouts._moved(top / "src", top, Path("/checkout")) == Path("/checkout/src")
    assert checkouts._moved(top, top, Path("/checkout")) == Path("/checkout")
    assert checkouts._moved(tmp_path / "elsewhere", top, Path("/checkout")) == tmp_path / "elsewhere"
    assert checkouts._moved(tmp_path / "repository2", top, Path("/checkout")) == tmp_path / "repository2"


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ("faster", "Threads × 2: 1.50× (1.40–1.60) as fast at HEAD."),
        ("slower", "Threads × 2: slower at HEAD, 1.50× (1.40–1.60) as fast."),
        ("same", "Threads × 2: the same within 5%."),
        ("undecided", "Threads × 2: no change that could be told from chance, 1.50× (1.40–1.60) as fast at HEAD."),
    ],
)
def test_each_change_between_two_commits_has_its_sentence(standing: Any, told: str) -> None:
    wall: Any = SimpleNamespace(estimate=1.5, low=1.4, high=1.6)
    change: Any = SimpleNamespace(configuration=Configuration("threads", 2), wall=wall, standing=standing)
    assert checkouts._sentence(change, "HEAD", 0.05) == told
    assert {"wall", "standing", "configuration"} <= set(Change.__dataclass_fields__)
    assert {"estimate", "low", "high"} <= set(Ratio.__dataclass_fields__)
