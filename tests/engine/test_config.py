"""Settings that cannot be used are refused by name, from the environment and from the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.errors import SettingRefused


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


def test_a_home_that_is_a_link_to_itself_stands_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert load({"OVERLAP_HOME": str(tmp_path / "loop")}).home == tmp_path / "loop"
