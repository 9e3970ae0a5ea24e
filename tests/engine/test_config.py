"""Settings from the environment and the file: which one counts, what each kind of value may be, and what is refused."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from engine import config
from engine.config import PASSED_ON, SECRETS, Settings, from_plain, load, usable_cpus, without_secrets
from engine.errors import NotAvailable, SettingRefused


def loaded(home: Path, **variables: str) -> Settings:
    """The settings with these variables, named without their prefix."""
    return load({"OVERLAP_HOME": str(home), **{f"OVERLAP_{name}": text for name, text in variables.items()}})


def written(home: Path, text: str) -> Path:
    """The settings file of a home."""
    (home / "overlap.toml").write_text(text, encoding="utf-8")
    return home


# Numbers that are no limits.


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e999", "many", "-inf"])
@pytest.mark.parametrize("name", ["OVERLAP_MAX_TASKS", "OVERLAP_PAGE_MAX_MB"])
def test_a_number_that_is_no_limit_is_refused(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=f"{name} cannot be {value!r}"):
        load({"OVERLAP_HOME": str(tmp_path), name: value})


@pytest.mark.parametrize(
    ("name", "value", "told"), [("MAX_URLS", "12 pages", "a whole number"), ("PAGE_MAX_MB", "much", "a number")]
)
def test_what_is_no_number_is_told_without_a_librarys_words(name: str, value: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused) as refused:
        load({"OVERLAP_HOME": str(tmp_path), f"OVERLAP_{name}": value})
    assert str(refused.value) == f"OVERLAP_{name} cannot be {value!r}: write {told}."


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "-1.5"])
@pytest.mark.parametrize("name", ["max_tasks", "page_max_mb"])
def test_the_same_in_the_file(name: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "overlap.toml").write_text(f"{name} = {value}\n", encoding="utf-8")
    with pytest.raises(SettingRefused, match=f"OVERLAP_{name.upper()} cannot be"):
        load({"OVERLAP_HOME": str(tmp_path)})


@pytest.mark.parametrize(("text", "value"), [("0", 0), (" 7 ", 7), ("1_000", 1000)])
def test_a_whole_number_may_stand_in_blanks_and_be_nothing(text: str, value: int, tmp_path: Path) -> None:
    assert loaded(tmp_path, MAX_TASKS=text).max_tasks == value


@pytest.mark.parametrize("text", ["2.5", "1e3", "0x10", ""])
def test_a_whole_number_is_no_fraction(text: str, tmp_path: Path) -> None:
    if not text:  # what is set to nothing is not set
        assert loaded(tmp_path, MAX_TASKS=text).max_tasks == Settings(home=tmp_path).max_tasks
        return
    with pytest.raises(SettingRefused, match="write a whole number"):
        loaded(tmp_path, MAX_TASKS=text)


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("2.5", 2.5), ("1e3", 1000.0)])
def test_other_numbers_may_be_fractions(text: str, value: float, tmp_path: Path) -> None:
    assert loaded(tmp_path, HOST_GAP_S=text).host_gap_s == value


# Yes and no, lists, folders, texts.


@pytest.mark.parametrize("text", ["1", "true", "TRUE", " yes ", "On"])
def test_yes_is_written_in_many_ways(text: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, ALLOW_CODE=text).allow_code is True


@pytest.mark.parametrize("text", ["0", "false", "No", "OFF"])
def test_and_so_is_no(text: str, tmp_path: Path) -> None:
    written(tmp_path, "allow_code = true\n")
    assert loaded(tmp_path, ALLOW_CODE=text).allow_code is False


@pytest.mark.parametrize("text", ["2", "maybe", "ja", "truefalse"])
def test_what_is_neither_yes_nor_no_does_not_open_a_door(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"OVERLAP_ALLOW_CODE cannot be .*: write 1 or 0\."):
        loaded(tmp_path, ALLOW_CODE=text)


def test_lists_are_separated_by_commas_and_blanks_around_them_go(tmp_path: Path) -> None:
    assert loaded(tmp_path, ALLOWED_HOSTS=" a.example:8080 ,, b.example,").allowed_hosts == (
        "a.example:8080", "b.example",
    )  # fmt: skip


def test_folders_are_separated_as_paths_are_and_stand_without_links(tmp_path: Path) -> None:
    (tmp_path / "real, and more").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real, and more")
    both = os.pathsep.join([str(tmp_path / "link"), "~"])
    assert loaded(tmp_path, FOLDERS=both).folders == (tmp_path / "real, and more", Path("~").expanduser().resolve())


def test_a_text_stands_without_the_blanks_around_it(tmp_path: Path) -> None:
    assert loaded(tmp_path, CONTACT="  ops@shop.example \n").contact == "ops@shop.example"


# The file and the environment.


def test_the_file_counts_where_the_environment_says_nothing(tmp_path: Path) -> None:
    written(tmp_path, 'max_workers = 3\nallowed_hosts = ["a", "b"]\nkeep_days = 1.5\nallow_code = true\n')
    found = loaded(tmp_path, MAX_WORKERS="5", KEEP_DAYS=" ")
    assert (found.max_workers, found.allowed_hosts, found.keep_days, found.allow_code) == (5, ("a", "b"), 1.5, True)


def test_another_file_may_be_named_and_then_that_of_the_home_does_not_count(tmp_path: Path) -> None:
    written(tmp_path, "max_workers = 3\n")
    (tmp_path / "other.toml").write_text("max_urls = 9\n", encoding="utf-8")
    found = loaded(tmp_path, CONFIG=str(tmp_path / "other.toml"))
    assert (found.max_workers, found.max_urls) == (Settings(home=tmp_path).max_workers, 9)


def test_a_named_file_that_is_not_there_is_refused_and_the_homes_own_may_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"OVERLAP_CONFIG names .*gone\.toml, which is not a file"):
        loaded(tmp_path, CONFIG=str(tmp_path / "gone.toml"))
    assert loaded(tmp_path) == Settings(home=tmp_path)


@pytest.mark.parametrize("content", [b"max_tasks = ", b"max_tasks = 1\nmax_tasks = 2", b"contact = '\xff'"])
def test_a_file_that_is_no_toml_is_refused_with_its_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "overlap.toml").write_bytes(content)
    with pytest.raises(SettingRefused, match=r"overlap\.toml is not valid TOML \(.*\): correct it\."):
        loaded(tmp_path)


@pytest.mark.parametrize("line", ["max_task = 1", "MAX_TASKS = 1", "[server]\nport = 1"])
def test_an_unknown_name_in_the_file_is_refused_because_it_may_be_a_misspelt_limit(line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"which is no setting: docs/configuration\.md has the names"):
        loaded(written(tmp_path, line + "\n"))


def test_an_unknown_variable_is_somebody_elses(tmp_path: Path) -> None:
    assert loaded(tmp_path, NOT_OURS="1") == Settings(home=tmp_path)
    assert load({"OVERLAP_HOME": str(tmp_path), "MAX_TASKS": "1"}) == Settings(home=tmp_path)


def test_the_home_is_the_environments_and_never_the_files(tmp_path: Path) -> None:
    assert loaded(tmp_path).home == tmp_path and loaded(tmp_path).runs == tmp_path / "runs"


def test_without_a_home_it_is_the_systems_place_for_such_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data/of/me")
    config._default_home.cache_clear()
    try:
        assert load({}).home.name == "overlap"
        assert from_plain({}).home == load({}).home
    finally:
        config._default_home.cache_clear()


def test_a_home_that_is_a_link_to_itself_stands_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert load({"OVERLAP_HOME": str(tmp_path / "loop")}).home == tmp_path / "loop"


# Settings on their way to a trial.


def odd_value(kind: str, number: int) -> Any:
    """A value of this kind that is no setting's default."""
    return {
        "Path": Path(f"/somewhere/{number}"), "str": f"word{number}", "bool": True, "int": 1000 + number,
        "float": 1000.5 + number, "tuple[str, ...]": (f"a{number}", "b"),
        "tuple[Path, ...]": (Path(f"/folder/{number}"),),
    }[kind]  # fmt: skip


@pytest.mark.parametrize("name", [item.name for item in fields(Settings)])
def test_every_setting_arrives_in_a_trial_but_what_may_hold_a_password(name: str, tmp_path: Path) -> None:
    kinds = {item.name: str(item.type) for item in fields(Settings)}
    value = odd_value(kinds[name], 7)
    sent = replace(Settings(home=tmp_path), **{name: value})
    arrived = from_plain(json.loads(json.dumps(sent.plain())))
    assert getattr(arrived, name) == ("" if name in SECRETS else value)
    assert replace(arrived, **{name: value}) == sent


def test_passwords_travel_in_the_environment_and_only_those_that_runs_need(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(home=Path("/h"), database_url="sqlite:///x", proxy="http://me:word@p", access_token="open")
    assert given.secrets() == {"OVERLAP_DATABASE_URL": "sqlite:///x", "OVERLAP_PROXY": "http://me:word@p"}
    assert given.secrets(["access_token"]) == {"OVERLAP_ACCESS_TOKEN": "open"}
    assert Settings(home=Path("/h")).secrets() == {}, "what is not set need not be passed on"
    for variable, value in given.secrets().items():
        monkeypatch.setenv(variable, value)
    arrived = from_plain(given.plain(), given.secrets())
    assert (arrived.database_url, arrived.proxy, arrived.access_token) == ("sqlite:///x", "http://me:word@p", "")
    assert set(PASSED_ON) < set(SECRETS)


def test_a_password_that_a_worker_lacks_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OVERLAP_PROXY", raising=False)
    with pytest.raises(NotAvailable, match="OVERLAP_PROXY is set where the run was started, but not where this worker"):
        from_plain({"home": "/h"}, ["OVERLAP_PROXY"])


def test_an_unknown_setting_from_another_version_is_refused() -> None:
    with pytest.raises(SettingRefused, match="'max_taskz', which is no setting"):
        from_plain({"home": "/h", "max_taskz": 1})


def test_a_child_that_needs_no_password_is_given_none() -> None:
    environment = {f"OVERLAP_{name.upper()}": "word" for name in SECRETS} | {"OVERLAP_HOME": "/h", "PATH": "/bin"}
    assert without_secrets(environment) == {"OVERLAP_HOME": "/h", "PATH": "/bin"}


def test_no_password_stands_in_the_words_of_settings() -> None:
    given = Settings(home=Path("/h"), database_url="word", proxy="word", access_token="word")
    assert "word" not in repr(given) and "word" not in json.dumps(given.plain())


# CPUs.


FILES = {"max": "cpu.max", "quota": "cpu/cpu.cfs_quota_us", "period": "cpu/cpu.cfs_period_us"}


class Kernel:
    """The files of a container's quota, as a test writes them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        real = Path

        def place(*parts: Any) -> Path:
            return folder if parts == ("/sys/fs/cgroup",) else real(*parts)

        monkeypatch.setattr(config, "Path", place)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
        monkeypatch.setattr(os, "cpu_count", lambda: 8)

    def says(self, **files: str) -> Kernel:
        for name, text in files.items():
            path = self.folder / FILES[name]
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    return Kernel(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("line", "cpus"),
    [
        ("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("9999999 100000", 8),
        ("nonsense", 8), ("", 8),
    ],
)  # fmt: skip
def test_a_containers_quota_counts_as_that_many_cpus(kernel: Kernel, line: str, cpus: int) -> None:
    kernel.says(max=line)
    assert usable_cpus() == cpus


@pytest.mark.parametrize(("quota", "cpus"), [("-1", 8), ("300000", 3), ("0", 8), ("none", 8)])
def test_so_does_that_of_the_older_kind_of_container(kernel: Kernel, quota: str, cpus: int) -> None:
    kernel.says(quota=quota, period="100000")
    assert usable_cpus() == cpus


def test_without_any_quota_all_cpus_that_the_process_may_use_count(kernel: Kernel) -> None:
    assert usable_cpus() == 8


def test_there_is_always_one_cpu(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cpus() == 1
