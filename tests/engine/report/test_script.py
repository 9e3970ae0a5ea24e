"""The script to take home: run in isolation, outside the repository, it gives what the run gave."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from PIL import Image

from engine import jobs
from engine.errors import NotAvailable
from engine.images.options import Resizing
from engine.model import Configuration, Plan, Run, Task
from engine.plans import SEQUENTIAL, comparison, demo_resize_plan, demo_scrape_plan, resize_plan, simple_plan
from engine.report import export_chunks, file_name
from engine.report.document import import_document, run_document
from engine.report.embedding import MARKERS
from engine.report.script import script
from engine.store import Store
from tests.engine.images.pictures import HEIC, photo
from tests.engine.report.made import document, record
from tests.engine.support import TESTS, open_store

THREADS, PROCESSES, ASYNCIO = (Configuration(name, 2) for name in ("threads", "processes", "asyncio"))
SLOW_SEQUENTIAL, SLOW_THREADS, SLOW_PROCESSES, SLOW_ASYNCIO = (
    pytest.param(how, marks=pytest.mark.stress) for how in (SEQUENTIAL, THREADS, PROCESSES, ASYNCIO)
)
# PEP 723's own regular expression.
METADATA = r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"


def name_of(how: Configuration) -> str:
    return how.executor


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for all tests here: each run is used by several."""
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        store = open_store(folder / "home")
        yield store
        store.close()


def ended(store: Store, plan: Plan) -> Run:
    run = jobs.wait(store, jobs.start(store, plan), poll_s=0.05)
    assert run.state == "finished", run.message
    return run


def outputs(text: str, folder: Path, *arguments: str, python: str = sys.executable) -> dict[str, Any]:
    """What the script prints when an isolated Python runs it in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "taken_home.py"
    file.write_text(text, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OVERLAP_", "PYTHON"))}
    done = subprocess.run(
        [python, "-I", "-W", "error", str(file), *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["task"]: line.get("output", line.get("error")) for line in lines}


def recorded(store: Store, run: Run) -> dict[str, Any]:
    return {one.label: one.output for one in store.records.latest(run) if one.status == "ok"}


def dependencies(text: str) -> list[str]:
    found = re.search(METADATA, text)
    assert found is not None and found["type"] == "script"
    content = "".join(
        line[2:] if line.startswith("# ") else line[1:] for line in found["content"].splitlines(keepends=True)
    )
    table = tomllib.loads(content)
    assert table["requires-python"] == ">=3.11"
    named: list[str] = table["dependencies"]
    return named


@pytest.mark.parametrize("how", [SLOW_SEQUENTIAL, SLOW_THREADS, PROCESSES], ids=name_of)
def test_compute_gives_the_same_values_and_needs_nothing(kept: Store, tmp_path: Path, how: Configuration) -> None:
    run = ended(kept, simple_plan("compute", 5, {"amount": 500}, how, kept.settings))
    text = script(kept, run)
    assert outputs(text, tmp_path) == recorded(kept, run)
    assert dependencies(text) == [] and "engine" not in text and "ARCHIVE" not in text


@pytest.mark.parametrize("how", [SLOW_THREADS, ASYNCIO], ids=name_of)
def test_wait_gives_the_same_values(kept: Store, tmp_path: Path, how: Configuration) -> None:
    run = ended(kept, simple_plan("wait", 3, {"seconds": 0.01}, how, kept.settings))
    assert outputs(script(kept, run), tmp_path) == recorded(kept, run)


@pytest.mark.parametrize("how", [THREADS, SLOW_PROCESSES], ids=name_of)
def test_resized_photos_have_the_same_bytes(kept: Store, tmp_path: Path, how: Configuration) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        Image.effect_noise((300, 200 + number), 60).convert("RGB").save(photos / f"noise {number}.jpg")
    plan = resize_plan(sorted(photos.iterdir()), Resizing(sizes=("100", "50%")), how, kept.settings, root=photos)
    run = ended(kept, plan)
    text = script(kept, run)
    assert any(line.lower().startswith("pillow==") for line in dependencies(text))
    assert len(outputs(text, tmp_path / "away")) == 3
    assert resized_elsewhere(kept, run, tmp_path / "away") == []


def plain(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def resized_elsewhere(kept: Store, run: Run, folder: Path) -> list[str]:
    """Outputs of the run that the script, run in `folder`, gave other bytes; every task gave at least one."""
    every = [each for one in kept.records.latest(run) for each in (one.output, *one.output["also"])]
    pairs = [(folder / "resized" / Path(each["path"]).name, Path(each["path"])) for each in every]
    assert len(pairs) >= run.tasks > 0
    return [made.name for there, made in pairs if there.read_bytes() != made.read_bytes()]


def test_a_resize_script_names_what_it_needs_and_no_more_with_markers_where_there_are_no_wheels(
    kept: Store, tmp_path: Path
) -> None:
    (tmp_path / "phone.heic").write_bytes(HEIC)
    Image.new("RGB", (30, 20)).save(tmp_path / "plain.jpg")
    everywhere = {"pillow"}
    for names, wanted in (
        (["plain.jpg"], everywhere), (["plain.jpg", "phone.heic"], {*everywhere, "pillow-heif", "numpy"})
    ):  # fmt: skip
        plan = resize_plan([tmp_path / name for name in names], Resizing(sizes=("10",)), THREADS, kept.settings)
        run = ended(kept, plan)
        text = script(kept, run)
        named = [Requirement(line) for line in dependencies(text)]
        arm = {"sys_platform": "linux", "platform_machine": "aarch64"}
        intel = {"sys_platform": "linux", "platform_machine": "x86_64"}
        assert {plain(one.name) for one in named if one.marker is None or one.marker.evaluate(arm)} == wanted
        on_intel = {plain(one.name) for one in named if one.marker is None or one.marker.evaluate(intel)}
        assert on_intel == {*wanted, "cykooz-resizer"}
        assert all(str(one.specifier).startswith("==") for one in named)
        away = tmp_path / f"away {len(names)}"
        assert len(outputs(text, away, str(tmp_path))) == len(names)
        assert resized_elsewhere(kept, run, away) == []


def test_markers_are_those_of_the_project_itself() -> None:
    project = tomllib.loads((Path(TESTS).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in project["dependencies"]]
    marked = {plain(one.name): one.marker for one in asked if one.marker}
    assert marked == {name: Marker(text) for name, text in MARKERS.items()}


@pytest.mark.stress
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [THREADS, PROCESSES], ids=lambda how: how.executor)
def test_in_a_fresh_environment_with_only_the_packages_named_it_writes_the_same_bytes(
    kept: Store, tmp_path: Path, how: Configuration
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "phone.heic").write_bytes(HEIC)
    for number, suffix in enumerate(("jpg", "png", "webp", "tif")):
        photo(700, 500, number + 1).save(tmp_path / "photos" / f"{number}.{suffix}")
    sources = sorted((tmp_path / "photos").iterdir())
    run = ended(kept, resize_plan(sources, Resizing(sizes=("300", "50%")), how, kept.settings))
    text = script(kept, run)
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [str(python), "-m", "pip", "install", "--quiet", *dependencies(text)]
    got = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if got.returncode and "onnection" in got.stderr:
        pytest.skip("no package index can be reached")
    assert got.returncode == 0, got.stderr[-2000:]
    assert len(outputs(text, tmp_path / "away", python=str(python))) == len(sources)
    assert resized_elsewhere(kept, run, tmp_path / "away") == []


@pytest.mark.stress
def test_the_sample_photos_are_painted_where_they_are_missing(kept: Store, tmp_path: Path) -> None:
    plan = demo_resize_plan(Resizing(sizes=("64",)), THREADS, kept.settings)
    run = ended(kept, plan)
    assert len(outputs(script(kept, run), tmp_path)) == len(plan.tasks)
    source = Path(plan.tasks[0].argument["source"])
    assert (tmp_path / "overlap-demo" / "samples" / source.name).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("how", [THREADS, SLOW_ASYNCIO], ids=name_of)
def test_scraped_prices_are_the_same_and_the_demo_shops_come_along(
    kept: Store, tmp_path: Path, how: Configuration
) -> None:
    plan = demo_scrape_plan(how, kept.settings)
    tasks = tuple(Task(index, task.label, task.argument) for index, task in enumerate(plan.tasks[:12]))
    run = ended(kept, Plan("job", "scrape", "a few", tasks, (how,), plan.options))
    found = outputs(script(kept, run), tmp_path)
    want = recorded(kept, run)
    assert want and {label: found[label]["price"] for label in want} == {
        label: product["price"] for label, product in want.items()
    }


def test_a_function_is_imported_and_its_set_up_called(kept: Store, tmp_path: Path) -> None:
    tasks = tuple(Task(index, f"task {index}", index) for index in range(3))
    options = {"function": "compared:was_prepared", "setup": "compared:prepare", "search_path": [TESTS]}
    run = ended(kept, Plan("job", "function", "mine", tasks, (PROCESSES,), options))
    text = script(kept, run)
    assert "import compared as mine" in text
    assert set(outputs(text, tmp_path).values()) == {"1"}


def test_a_comparison_gives_the_script_of_what_it_recommends_with_its_verdict_on_top(
    kept: Store, tmp_path: Path
) -> None:
    job = simple_plan("compute", 4, {"amount": 500}, SEQUENTIAL, kept.settings)
    run = ended(kept, comparison(job, [THREADS], repeats=1, all_tasks=40))
    assert run.verdict is not None
    text = b"".join(export_chunks(kept, run, "script")).decode()
    assert f"on {run.verdict['recommended']['label']}" in text and "a sample of 40" in text
    assert f"# {run.verdict['sentences'][0]}" in text
    assert len(outputs(text, tmp_path)) == 4
    assert file_name(run, "script").endswith(".py")


def test_a_task_that_fails_is_a_line_with_its_reason(kept: Store, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    run = ended(kept, resize_plan([tmp_path / "photo.jpg"], Resizing(sizes=("10",)), THREADS, kept.settings))
    assert "TaskFailed" in outputs(script(kept, run), tmp_path / "away")["photo.jpg"]


def test_names_and_words_of_others_never_become_code(kept: Store) -> None:
    nasty = 'x\nimport os\r"""\x0c\'\'\'\u2028$workers'
    tasks = (Task(0, nasty, nasty),)
    options = {"function": "compared:double", "search_path": [TESTS]}
    run = ended(kept, Plan("job", "function", nasty, tasks, (SEQUENTIAL,), options))
    kept.update_run(run, verdict={"sentences": [nasty]})
    module = ast.parse(script(kept, kept.run(run.token)))
    assert "os" not in {alias.name for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names}
    assigned = [node for node in module.body if isinstance(node, ast.Assign)]
    (named,) = [node for node in assigned if ast.unparse(node.targets[0]) == "TASKS"]
    assert ast.literal_eval(named.value) == [(nasty, nasty)]


def test_a_function_whose_name_is_no_name_is_refused(kept: Store) -> None:
    run = ended(kept, simple_plan("compute", 1, {"amount": 1}, SEQUENTIAL, kept.settings))
    kept.update_run(run, workload="function", options={"function": "os:system('x')"})
    with pytest.raises(NotAvailable, match="names no function"):
        script(kept, kept.run(run.token))


def test_subinterpreters_ask_for_a_python_that_has_them_and_dask_for_more_than_a_file(kept: Store) -> None:
    run = ended(kept, simple_plan("compute", 1, {"amount": 1}, SEQUENTIAL, kept.settings))
    text = script(kept, run, Configuration("subinterpreters", 2))
    assert 'requires-python = ">=3.14"' in text and "with InterpreterPoolExecutor(WORKERS) as pool:" in text
    ast.parse(text)
    with pytest.raises(NotAvailable, match="more than one file"):
        script(kept, run, Configuration("dask", 2))


def test_a_run_that_came_from_a_file_has_no_script_and_says_why(kept: Store) -> None:
    run = import_document(kept, document([record(0, "a")]))
    with pytest.raises(NotAvailable, match="came from a file"):
        script(kept, run)
    assert run_document(kept, run)["tasks"] == 1
