"""Which storage addresses pages may use: below a prefix, by whatever spelling, and nothing else."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import InputRefused, SettingRefused
from engine.model import Configuration, OneByOne, Plan, Task
from engine.runs.allowed_addresses import allowed, is_allowed, prefixes, within
from engine.runs.remote_plans import Source, found_for_pages, resize_plan_at
from engine.workloads.images.making.options import Resizing

SMALL = Resizing(sizes=("40x40",))
HOW = Configuration("threads", 1)


def settings(*addresses: str) -> Settings:
    return Settings(home=Path("/h"), addresses=addresses)


BOTH = settings("s3://photos/2026", "gs://small")


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("s3://photos/2026", "s3://photos/2026"),
        (" s3://photos/2026/ ", "s3://photos/2026"),
        ("S3://photos/2026/summer/a.jpg", "s3://photos/2026/summer/a.jpg"),
        ("gcs://small/x", "gs://small/x"),
        ("s3://photos/2026/**/*.jp[eg]?", "s3://photos/2026/**/*.jp[eg]?"),
    ],
)
def test_what_lies_below_a_prefix_is_used_in_one_spelling(typed: str, used: str) -> None:
    assert allowed(typed, BOTH, glob=True) == used


@pytest.mark.parametrize(
    "typed",
    [
        "s3://photos", "s3://photos/2026-private/a.jpg", "s3://photos/20*/a.jpg", "s3://other/2026", "s3://*/2026/a",
        "gs://photos/2026", "s3://photos/2026/../2025", "s3://photos/2026/./a", "s3://photos//2026", "s3:///photos/2026",
        "s3://key:secret@photos/2026", "s3://photos@elsewhere/2026", "s3://photos::s3://other/2026",
        "simplecache::s3://photos/2026", "file::s3://photos/2026", "s3://photos\\2026/a", "s3://photos/2026/a\0b",
        "s3://photos/2026/a\nb", "file:///etc", "file://~", "http://169.254.169.254/latest", "s3://", "photos/2026", "",
        "/photos/2026", "s3:/photos/2026", "s3://PHOTOS/2026", "s3://photos/2026/a/..", "s3://photos/2026?/x",
    ],
)  # fmt: skip
def test_everything_else_is_refused(typed: str) -> None:
    with pytest.raises(InputRefused):
        allowed(typed, BOTH, glob=True)
    assert not is_allowed(typed, BOTH)


def test_with_no_prefix_nothing_is_allowed() -> None:
    assert not is_allowed("s3://photos/2026", settings())
    with pytest.raises(InputRefused, match="is not below"):
        allowed("s3://photos/2026", settings())


def test_results_go_to_one_folder() -> None:
    with pytest.raises(InputRefused, match="has a wildcard"):
        allowed("s3://photos/2026/*", BOTH)


@pytest.mark.parametrize("prefix", ["photos", "s3://", "s3://photos/*", "ftp://x/y", "s3://a/../b", "file://data"])
def test_a_prefix_that_is_none_is_said_by_the_settings_name(prefix: str) -> None:
    with pytest.raises(SettingRefused, match="OVERLAP_ADDRESSES names"):
        prefixes(settings(prefix))


@pytest.mark.skipif(sys.platform == "win32", reason="Links need rights on Windows.")
def test_a_link_in_a_folder_leads_nowhere_else(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "own.jpg").write_bytes(b"x")
    (inside / "a.jpg").write_bytes(b"x")
    (inside / "stolen.jpg").symlink_to(outside / "own.jpg")
    (inside / "away").symlink_to(outside)
    os.symlink(inside, tmp_path / "also")
    here = settings(f"file://{tmp_path}/also")
    assert allowed(f"file://{inside}/sub", here) == f"file://{inside}/sub", "the prefix itself may be a link"
    with pytest.raises(InputRefused, match="is not below"):
        allowed(f"file://{inside}/away", here)
    found = found_for_pages(f"file://{inside}/*", here)
    assert ([one.label for one in found.sources], found.refused) == (["a.jpg"], 1)


def test_the_results_of_earlier_runs_are_no_originals(tmp_path: Path) -> None:
    for name in ("a.jpg", "small/a.jpg", "smaller/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    root = f"file://{tmp_path}"
    found = found_for_pages(root, settings(root), [f"{root}/small", "s3://elsewhere"])
    assert [one.label for one in found.sources] == ["a.jpg", "smaller/b.jpg"]
    named = found_for_pages(f"{root}/small", settings(root), [f"{root}/small"])
    assert [one.label for one in named.sources] == ["a.jpg"], "what was named itself"


@pytest.mark.parametrize("lazy", [False, True])
def test_every_task_and_the_target_of_a_plan_are_looked_at(lazy: bool) -> None:
    def plan(*places: str, target: str | None = None) -> Plan:
        made = resize_plan_at([Source(f"{at}.jpg", one) for at, one in enumerate(places)], SMALL, HOW, BOTH, target)
        return made if not lazy else _one_by_one(made)

    also = settings(*BOTH.addresses, "file:///small")
    good = plan("s3://photos/2026/a.jpg", "/own/b.jpg", "inputs/c.jpg", target="file:///small/x")
    assert list(within(good, also).tasks) == list(good.tasks)
    with pytest.raises(InputRefused, match=r"This run uses s3://photos/b\.jpg, which this server's pages may not"):
        list(within(plan("s3://photos/2026/a.jpg", "s3://photos/b.jpg"), BOTH).tasks)
    with pytest.raises(InputRefused, match="This run uses s3://photos/2027"):
        within(_with_target(good, "s3://photos/2027"), also)


def _one_by_one(plan: Plan) -> Plan:
    kept = plan.tasks
    tasks: OneByOne[Task] = OneByOne(len(kept), lambda at: kept[at])
    return replace(plan, tasks=tasks)


def _with_target(plan: Plan, address: str) -> Plan:
    return replace(plan, options={**plan.options, "address": address})
