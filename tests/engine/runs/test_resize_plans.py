"""Plans of photos: which results each photo makes, what is there already, and what is refused before the start."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.model import Configuration, OneByOne, Plan
from engine.runs import resize_plans
from engine.runs.remote_plans import Source, found_at, resize_plan_at
from engine.runs.resize_plans import LARGEST, demo_resize_plan, fitting, resize_plan
from engine.store.folders import RunFolder
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.targets import Overwriting
from engine.workloads.images.sets.unchanged import Done

THREADS = Configuration("threads", 2)
SMALL = Resizing(sizes=("40x40",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", max_tasks=5, max_workers=8)


def photos(folder: Path, *names: str) -> list[Path]:
    """Files of these names, each with a content of its own; plans do not open them."""
    made = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        made.append(path)
    return made


def names(plan: Plan) -> dict[str, list[str]]:
    return {task.label: task.argument["names"] for task in plan.tasks}


def argument(plan: Plan, label: str) -> dict[str, Any]:
    (task,) = (task for task in plan.tasks if task.label == label)
    found: dict[str, Any] = task.argument
    return found


# Names and places.


def test_a_photo_is_called_by_its_name_and_below_a_root_by_its_folders(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path / "in", "a.jpg", "sub/b.png")
    assert names(resize_plan(sources, SMALL, THREADS, settings)) == {"a.jpg": ["a.jpg"], "b.png": ["b.png"]}
    plan = resize_plan(sources, SMALL, THREADS, settings, root=tmp_path / "in")
    assert names(plan) == {"a.jpg": ["a.jpg"], "sub/b.png": ["sub/b.png"]}
    assert [task.index for task in plan.tasks] == [0, 1]


def test_a_photo_outside_the_root_is_called_by_its_name(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path, "in/a.jpg", "inside/b.jpg")
    assert set(names(resize_plan(sources, SMALL, THREADS, settings, root=tmp_path / "in"))) == {"a.jpg", "b.jpg"}


def test_a_root_that_is_written_with_a_detour_is_the_same_root(tmp_path: Path, settings: Settings) -> None:
    (source,) = photos(tmp_path, "in/sub/b.jpg")
    root = Path(f"{tmp_path}/in/")
    assert list(names(resize_plan([source], SMALL, THREADS, settings, root=root))) == ["sub/b.jpg"]


def test_what_lies_in_the_runs_folder_is_stored_so_that_the_run_can_move(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path, "run/inputs/a.jpg", "elsewhere/b.jpg")
    plan = resize_plan(sources, SMALL, THREADS, settings, run_folder=tmp_path / "run")
    assert argument(plan, "a.jpg")["source"] == "inputs/a.jpg"
    assert argument(plan, "b.jpg")["source"] == str(tmp_path / "elsewhere" / "b.jpg")


def test_a_photo_behind_links_is_stored_by_its_real_place(tmp_path: Path, settings: Settings) -> None:
    (source,) = photos(tmp_path, "real/a.jpg")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "link.jpg").symlink_to(source)
    given = [tmp_path / "folder" / "a.jpg", tmp_path / "link.jpg"]
    plan = resize_plan(given, SMALL, THREADS, settings)
    assert [task.argument["source"] for task in plan.tasks] == [str(source)] * 2
    assert [task.label for task in plan.tasks] == ["a.jpg", "link.jpg"], "but called as people call it"


def test_photos_of_one_name_from_several_folders_have_results_of_their_own(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path, "one/a.jpg", "two/a.jpg")
    plan = resize_plan(sources, SMALL, THREADS, settings)
    found = [task.argument["names"] for task in plan.tasks]
    assert found[0] != found[1]
    again = resize_plan(sources[::-1], SMALL, THREADS, settings)
    assert [task.argument["names"] for task in again.tasks][::-1] == found, "whatever their order"
    other = resize_plan(sources, SMALL, THREADS, settings, identities=["x", "y"])
    assert [task.argument["names"] for task in other.tasks] != found, "told apart by what they are"


@pytest.mark.parametrize(
    ("count", "sizes", "title"),
    [(1, ("40x40",), "1 photo to 40x40"), (3, ("40x40", "50%"), "3 photos to 40x40, 50%")],
)
def test_a_plan_is_called_by_its_photos_and_sizes(
    count: int, sizes: tuple[str, ...], title: str, tmp_path: Path, settings: Settings
) -> None:
    sources = photos(tmp_path, *(f"{number}.jpg" for number in range(count)))
    assert resize_plan(sources, Resizing(sizes=sizes), THREADS, settings).title == title
    assert resize_plan(sources, Resizing(sizes=sizes), THREADS, settings, title="Mine").title == "Mine"


def test_options_say_where_results_go_only_where_they_go_elsewhere(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path, "a.jpg")
    own = resize_plan(sources, SMALL, THREADS, settings, html=True).options
    assert own == {**SMALL.plain(), "html": True}
    there = resize_plan(sources, SMALL, THREADS, settings, target=tmp_path / "out", overwriting=Overwriting("all"))
    assert there.options == {**SMALL.plain(), "html": False, "target": str(tmp_path / "out"), "overwrite": "all"}


def test_no_photo_and_too_many_are_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(InputRefused, match="There is no image to resize"):
        resize_plan([], SMALL, THREADS, settings)
    sources = photos(tmp_path, *(f"{number}.jpg" for number in range(6)))
    assert len(resize_plan(sources[:5], SMALL, THREADS, settings).tasks) == 5
    with pytest.raises(InputRefused, match=r"6 images are more than this server's limit of 5\."):
        resize_plan(sources, SMALL, THREADS, settings)


# What is there already.


def test_a_result_that_would_replace_an_original_is_marked_for_its_task(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path / "in", "a.jpg", "b.png")
    resizing = replace(SMALL, formats=("jpeg",))
    plan = resize_plan(sources, resizing, THREADS, settings, target=tmp_path / "in")
    assert argument(plan, "a.jpg")["originals"] == ["a.jpg"]
    assert "originals" not in argument(plan, "b.png") and "replace" not in argument(plan, "b.png")


def test_where_every_result_would_replace_an_original_nothing_starts(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path / "in", "a.jpg", "b.jpg")
    with pytest.raises(InputRefused, match="Every result would replace an original, which is never done"):
        resize_plan(sources, SMALL, THREADS, settings, target=tmp_path / "in")
    named = replace(SMALL, name="{stem}-small.{ext}")
    assert len(resize_plan(sources, named, THREADS, settings, target=tmp_path / "in").tasks) == 2


def test_an_original_behind_another_name_is_still_an_original(tmp_path: Path, settings: Settings) -> None:
    (source,) = photos(tmp_path / "in", "a.jpg")
    photos(tmp_path / "in", "b.jpg")
    (tmp_path / "out").mkdir()
    os.link(source, tmp_path / "out" / "b.jpg")
    plan = resize_plan([source, tmp_path / "in" / "b.jpg"], SMALL, THREADS, settings, target=tmp_path / "out")
    assert argument(plan, "b.jpg")["originals"] == ["b.jpg"]


class Asked:
    """Agrees to replace the first of the names that it is asked about."""

    def __init__(self) -> None:
        self.about: list[list[str]] = []

    def __call__(self, taken: Sequence[str]) -> Sequence[str]:
        self.about.append(list(taken))
        return taken[:1]


def test_who_wants_to_be_asked_is_asked_about_what_is_there_and_only_that_is_replaced(
    tmp_path: Path, settings: Settings
) -> None:
    sources, asked = photos(tmp_path / "in", "a.jpg", "b.jpg", "c.jpg"), Asked()
    photos(tmp_path / "out", "a.jpg", "b.jpg")
    plan = resize_plan(
        sources, SMALL, THREADS, settings, target=tmp_path / "out", overwriting=Overwriting("ask", asked)
    )
    assert asked.about == [["a.jpg", "b.jpg"]]
    assert [task.argument.get("replace") for task in plan.tasks] == [["a.jpg"], None, None]


@pytest.mark.parametrize("choice", ["never", "all"])
def test_who_does_not_want_to_be_asked_is_not(choice: Any, tmp_path: Path, settings: Settings) -> None:
    sources, asked = photos(tmp_path / "in", "a.jpg"), Asked()
    photos(tmp_path / "out", "a.jpg")
    resize_plan(sources, SMALL, THREADS, settings, target=tmp_path / "out", overwriting=Overwriting(choice, asked))
    assert asked.about == []


def test_what_an_earlier_run_has_made_is_left_out_and_what_it_made_of_a_changed_photo_may_be_replaced(
    tmp_path: Path, settings: Settings
) -> None:
    sources, out = photos(tmp_path / "in", "a.jpg", "b.jpg"), tmp_path / "out"
    photos(out, "a.jpg", "b.jpg")
    with Done(out, SMALL) as done:
        for source in sources:
            done.add(source, [source.name])
    sources[1].write_bytes(b"another picture")
    asked = Asked()
    plan = resize_plan(
        sources, SMALL, THREADS, settings, target=out, done=Done(out, SMALL), overwriting=Overwriting("ask", asked)
    )
    assert [task.label for task in plan.tasks] == ["b.jpg"] and plan.tasks[0].index == 0
    assert plan.tasks[0].argument["replace"] == ["b.jpg"] and asked.about == [], "it is our own: nobody need be asked"
    assert plan.title == "1 photo to 40x40"


# Memory.


def test_as_many_workers_as_memory_has_room_for(tmp_path: Path, settings: Settings) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    photos(tmp_path, "broken.jpg")
    sources = [tmp_path / "a.png", tmp_path / "broken.jpg", tmp_path / "gone.png"]
    asked: list[Any] = []

    def room(headers: Sequence[Any], resizing: Resizing, workers: int) -> tuple[int, str | None]:
        asked.append([(header.width, header.height) for header in headers])
        return 1, "because"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resize_plans, "workers_that_fit", room)
        assert fitting(sources, SMALL, THREADS, settings) == (replace(THREADS, workers=1), "because")
    assert asked == [[(64, 48)]], "what cannot be opened needs no memory"
    assert fitting(sources[1:], SMALL, THREADS, settings) == (THREADS, None)
    assert fitting(sources[:1], SMALL, THREADS, settings) == (THREADS, None), "a small picture fits twice"


def test_only_the_largest_of_many_photos_are_looked_at(tmp_path: Path, settings: Settings) -> None:
    sources = photos(tmp_path, *(f"{number}.jpg" for number in range(LARGEST + 20)))
    for number, source in enumerate(sources):
        source.write_bytes(b"x" * number)
    read: list[Path] = []

    def header(source: Path, _: Settings) -> Any:
        read.append(source)
        raise TaskFailed("broken", "It is no picture.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resize_plans, "read_header", header)
        assert fitting(sources, SMALL, THREADS, settings) == (THREADS, None)
    assert read == sources[: -LARGEST - 1 : -1]


# The sample photos.


@pytest.mark.parametrize("at_once", [True, False])
def test_the_sample_photos_are_made_first_or_beside_the_job(
    at_once: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, made = Settings(home=tmp_path), photos(tmp_path / "samples", "a.jpg", "b.jpg")
    calls: list[str] = []

    def there(home: Path) -> list[Path]:
        calls.append("places")
        return made

    def painted(home: Path, progress: Any) -> list[Path]:
        calls.append("painted")
        progress(1, 2)
        return made

    monkeypatch.setattr(resize_plans, "places", there)
    monkeypatch.setattr(resize_plans, "sample_photos", painted)
    steps: list[tuple[int, int]] = []
    plan = demo_resize_plan(SMALL, THREADS, settings, lambda *step: steps.append(step), at_once)
    assert (calls, steps) == ((["places"], []) if at_once else (["painted"], [(1, 2)]))
    assert plan.title == "2 sample photos" and set(names(plan)) == {"a.jpg", "b.jpg"}


# Photos at addresses.


def sources_at(*labels: str) -> list[Source]:
    return [Source(label, f"s3://bucket/{label}") for label in labels]


def test_a_photo_at_an_address_is_called_by_its_place_below_what_was_asked_for() -> None:
    plan = resize_plan_at(sources_at("a.jpg", "sub/b.png"), SMALL, THREADS, Settings(home=Path("/h")), "/results")
    assert [task.argument for task in plan.tasks] == [
        {"source": "s3://bucket/a.jpg", "names": ["a.jpg"]},
        {"source": "s3://bucket/sub/b.png", "names": ["sub/b.png"]},
    ]
    assert plan.options == {**SMALL.plain(), "target": "/results", "overwrite": "never"}
    assert plan.title == "2 photos to 40x40"


def test_results_may_go_to_an_address_too() -> None:
    plan = resize_plan_at(sources_at("a.jpg"), SMALL, THREADS, Settings(home=Path("/h")), "file:///small")
    assert plan.options["address"] == "file:///small" and "target" not in plan.options


@pytest.mark.parametrize("target", ["s3://bucket", "s3://bucket/"])
def test_no_result_takes_the_place_of_an_original_at_an_address(target: str) -> None:
    sources = [*sources_at("a.jpg"), Source("b.png", "s3://elsewhere/b.png")]
    plan = resize_plan_at(sources, SMALL, THREADS, Settings(home=Path("/h")), target)
    assert [task.argument.get("originals") for task in plan.tasks] == [["a.jpg"], None]
    with pytest.raises(InputRefused, match="Every result would replace an original"):
        resize_plan_at(sources[:1], SMALL, THREADS, Settings(home=Path("/h")), target)


def test_at_an_address_too_none_and_too_many_and_questions_are_refused(settings: Settings) -> None:
    with pytest.raises(InputRefused, match="There is no image to resize"):
        resize_plan_at([], SMALL, THREADS, settings, "/results")
    with pytest.raises(InputRefused, match="6 images are more than this server's limit of 5"):
        resize_plan_at(sources_at(*(f"{number}.jpg" for number in range(6))), SMALL, THREADS, settings, "/results")
    with pytest.raises(InputRefused, match="is not asked about: choose --overwrite never or all"):
        resize_plan_at(sources_at("a.jpg"), SMALL, THREADS, settings, "/results", Overwriting("ask"))


def test_an_address_of_an_unknown_kind_is_refused(settings: Settings) -> None:
    with pytest.raises(InputRefused, match="is of a kind that is not read here"):
        resize_plan_at(sources_at("a.jpg"), SMALL, THREADS, settings, "ftp://host/results")


def test_pictures_below_several_addresses_are_each_found_once(tmp_path: Path) -> None:
    photos(tmp_path, "in/a.jpg", "in/sub/b.PNG", "in/notes.txt")
    root = f"file://{tmp_path.as_posix()}/in"
    found = found_at([root, f"{root}/a.jpg", f"{root}/sub"])
    assert [one.label for one in found] == ["a.jpg", "sub/b.PNG"]
    assert [one.place for one in found] == [f"{root}/a.jpg", f"{root}/sub/b.PNG"]


# Very many: tasks are made as they are read, and who waits is told how far it is.

MANY = 8_000
MOST_BYTES = 150
"""Of a picture, besides the list of sources: a task as a value takes several times as much."""


def test_planning_many_pictures_keeps_none_of_their_tasks(tmp_path: Path) -> None:
    sources = [f"{tmp_path}/holiday/IMG_{number:06d}.jpg" for number in range(MANY)]
    folder = RunFolder(tmp_path / "run")
    tracemalloc.start()
    try:
        plan = resize_plan(sources, Resizing(), THREADS, Settings(home=tmp_path), root=tmp_path)
        folder.write_tasks(plan.tasks)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES * MANY
    assert len(folder.labels()) == MANY and folder.labels()[-1] == f"holiday/IMG_{MANY - 1:06d}.jpg"


def test_tasks_are_the_same_however_they_are_read(tmp_path: Path) -> None:
    sources = [f"{tmp_path}/{name}" for name in ("a.jpg", "a.png", "b.jpg")]
    plan = resize_plan(sources, Resizing(formats=("webp",)), THREADS, Settings(home=tmp_path), root=tmp_path)
    read = list(plan.tasks)
    assert [task.index for task in read] == [0, 1, 2]
    assert [task.argument["names"] for task in read] == [["a-jpg.webp"], ["a-png.webp"], ["b.webp"]]
    assert read == plan.tasks == [plan.tasks[0], *plan.tasks[1:]] and plan.tasks[-1] == read[2]


def test_who_waits_is_told_how_far_it_is(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int | None]] = []
    sources = [f"{tmp_path}/IMG_{number:06d}.jpg" for number in range(2_500)]
    kept = Settings(home=tmp_path)
    resize_plan(sources, Resizing(), THREADS, kept, root=tmp_path, told=lambda *what: heard.append(what))
    assert heard == [("names of results", number, 2_500) for number in (0, 1_000, 2_000)]


def test_values_one_by_one_are_a_sequence() -> None:
    squares = OneByOne(4, lambda number: number * number)
    assert (len(squares), squares[-1], squares[1:3], list(reversed(squares))) == (4, 9, [1, 4], [9, 4, 1, 0])
    assert squares == [0, 1, 4, 9] and squares != [0, 1, 4] and 9 in squares
