"""What is taken home, a script or a folder: run in isolation, outside the repository, it gives what the run gave."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from PIL import Image, ImageChops, ImageStat

from engine.errors import NotAvailable
from engine.model import Configuration, Plan, Run, Task
from engine.protocol.pickling import dump
from engine.report import export_chunks, file_name
from engine.report.documents.document import import_document, run_document
from engine.report.script.own_modules import MARKERS
from engine.report.script.resize import sources
from engine.report.script.whole import must_be_one, script
from engine.report.script.work import must_be_written
from engine.runs.functions import function_plan
from engine.runs.plans import SEQUENTIAL, comparison, demo_scrape_plan, scrape_plan, simple_plan
from engine.runs.resize_plans import demo_resize_plan, resize_plan  # fmt: skip
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from engine.workloads.shop.demo import DemoShops
from engine.workloads.web.manners import Manners
from tests.engine.report.made import document, record
from tests.engine.support import TESTS, open_store, run_to_end
from tests.engine.workloads.images.pictures import HEIC, photo

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
    run = run_to_end(store, plan)
    assert run.state == "finished", run.message
    return run


def outputs(text: str, folder: Path, *arguments: str, python: str = sys.executable) -> dict[str, Any]:
    """What the script prints when an isolated Python runs it in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "taken_home.py"
    file.write_text(text, encoding="utf-8")
    return printed(file, *arguments, python=python)


def printed(file: Path, *arguments: str, python: str = sys.executable, flags: str = "-I") -> dict[str, Any]:
    """What a script on disk prints when it is run in its folder's parent."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OVERLAP_", "PYTHON"))}
    done = subprocess.run(
        [python, flags, "-W", "error", str(file), *arguments],
        cwd=file.parent, env=environment, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["task"]: line.get("output", line.get("error")) for line in lines}


def unpacked(store: Store, run: Run, place: Path) -> Path:
    """The script of the folder to take home, which was unpacked below a place."""
    with zipfile.ZipFile(BytesIO(b"".join(export_chunks(store, run, "folder")))) as archive:
        archive.extractall(place)
    (script,) = place.glob("*/run.py")
    return script


def without_tasks(text: str) -> str:
    return re.sub(r"(?ms)^TASKS = \[$.*?^\]$", "", text)


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
def test_photos_resized_by_the_folder_have_the_same_bytes(kept: Store, tmp_path: Path, how: Configuration) -> None:
    run = ended(kept, noise_plan(kept, tmp_path / "photos", how))
    there = unpacked(kept, run, tmp_path / "home")
    assert any(line.lower().startswith("pillow==") for line in dependencies(there.read_text(encoding="utf-8")))
    assert len(printed(there, str(tmp_path / "photos"))) == 3
    assert resized_elsewhere(kept, run, there.parent) == []
    assert str(tmp_path) not in there.read_text(encoding="utf-8")


def noise_plan(kept: Store, folder: Path, how: Configuration) -> Plan:
    folder.mkdir()
    for number in range(3):
        Image.effect_noise((300, 200 + number), 60).convert("RGB").save(folder / f"noise {number}.jpg")
    return resize_plan(sorted(folder.iterdir()), Resizing(sizes=("100", "50%")), how, kept.settings, root=folder)


ASKED = {
    "inside": Resizing(sizes=("100x80", "90x", "x60", "50%"), formats=("jpeg", "webp"), name="{stem}-{size}.{ext}"),
    "cover": Resizing(sizes=("80x60", "70x900"), fit="cover", anchor="top-left", name="{stem}-{size}.{ext}"),
    "pad": Resizing(sizes=("120x120",), fit="pad", colour="transparent", formats=("png",)),
    "stretch": Resizing(sizes=("400x30",), fit="stretch", enlarge=True, metadata="copyright"),
}


@pytest.mark.parametrize("fit", ASKED)
def test_the_plain_script_makes_the_same_pictures_of_photos_as_a_person_would_write_it(
    kept: Store, tmp_path: Path, fit: str
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo(640, 480, 1).save(folder / "landscape.jpg")
    turned = Image.Exif()
    turned[0x0112] = 6
    photo(500, 301, 2).save(folder / "turned.jpg", exif=turned)
    photo(200, 210, 3).convert("RGBA").save(folder / "clear.png")
    photo(120, 90, 4).convert("P").save(folder / "palette.gif")
    plan = resize_plan(sorted(folder.iterdir()), ASKED[fit], PROCESSES if fit == "pad" else THREADS, kept.settings)
    run = ended(kept, plan)
    text = script(kept, run)
    assert len(without_tasks(text).splitlines()) < 150 and "engine" not in imported(text)
    assert str(tmp_path) not in text and max(map(len, without_tasks(text).splitlines())) <= 120
    assert all("path" in one for one in outputs(text, tmp_path / "away", str(folder)).values())
    for one in kept.records.latest(run):
        for each in (one.output, *one.output["also"]):
            theirs = tmp_path / "away" / "resized" / Path(each["path"]).name
            with Image.open(each["path"]) as ours, Image.open(theirs) as it:
                assert it.size == ours.size and it.format == ours.format
                difference = ImageChops.difference(it.convert("RGB"), ours.convert("RGB"))
                assert max(ImageStat.Stat(difference).mean) < NEAR[it.format or '']
    assert ("metadata='copyright'" in text) == (fit == "stretch")


NEAR = {"JPEG": 3, "PNG": 3, "WEBP": 8, "GIF": 8}
"""How far two pictures of noise may be apart; WebP and palettes make more of a level's difference."""


def imported(text: str) -> set[str]:
    """The top names of what a script imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found |= {name.partition(".")[0] for name in names}
    return found


def test_the_plain_script_writes_over_no_original(kept: Store, tmp_path: Path) -> None:
    run = ended(kept, noise_plan(kept, tmp_path / "photos", THREADS))
    before = {file.name: file.read_bytes() for file in (tmp_path / "photos").iterdir()}
    (tmp_path / "take.py").write_text(script(kept, run), encoding="utf-8")
    command = [sys.executable, "-I", str(tmp_path / "take.py"), *[str(tmp_path / "photos")] * 2]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "another one for the results" in done.stderr
    assert {file.name: file.read_bytes() for file in (tmp_path / "photos").iterdir()} == before


def plain(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def resized_elsewhere(kept: Store, run: Run, folder: Path) -> list[str]:
    """Outputs of the run that the script, run in `folder`, gave other bytes; every task gave at least one."""
    every = [each for one in kept.records.latest(run) for each in (one.output, *one.output["also"])]
    pairs = [(folder / "resized" / Path(each["path"]).name, Path(each["path"])) for each in every]
    assert len(pairs) >= run.tasks > 0
    return [made.name for there, made in pairs if there.read_bytes() != made.read_bytes()]


def test_the_folder_of_a_resize_names_what_it_needs_and_no_more_with_markers_where_there_are_no_wheels(
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
        there = unpacked(kept, run, tmp_path / f"away {len(names)}")
        text = there.read_text(encoding="utf-8")
        named = [Requirement(line) for line in dependencies(text)]
        arm = {"sys_platform": "linux", "platform_machine": "aarch64"}
        intel = {"sys_platform": "linux", "platform_machine": "x86_64"}
        assert {plain(one.name) for one in named if one.marker is None or one.marker.evaluate(arm)} == wanted
        on_intel = {plain(one.name) for one in named if one.marker is None or one.marker.evaluate(intel)}
        assert on_intel == {*wanted, "cykooz-resizer"}
        assert all(str(one.specifier).startswith("==") for one in named)
        assert len(printed(there, str(tmp_path))) == len(names)
        assert resized_elsewhere(kept, run, there.parent) == []


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
    there = unpacked(kept, run, tmp_path / "away")
    text = there.read_text(encoding="utf-8")
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [str(python), "-m", "pip", "install", "--quiet", *dependencies(text)]
    got = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if got.returncode and "onnection" in got.stderr:
        pytest.skip("no package index can be reached")
    assert got.returncode == 0, got.stderr[-2000:]
    assert len(printed(there, str(tmp_path / "photos"), python=str(python))) == len(sources)
    assert resized_elsewhere(kept, run, there.parent) == []


@pytest.mark.stress
def test_the_sample_photos_are_painted_where_they_are_missing(kept: Store, tmp_path: Path) -> None:
    plan = demo_resize_plan(Resizing(sizes=("64",)), THREADS, kept.settings)
    run = ended(kept, plan)
    there = unpacked(kept, run, tmp_path)
    assert len(printed(there)) == len(plan.tasks)
    source = Path(plan.tasks[0].argument["source"])
    assert (there.parent / "overlap-demo" / "samples" / source.name).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("how", [THREADS, SLOW_ASYNCIO], ids=name_of)
def test_prices_read_by_the_folder_are_the_same_and_the_demo_shops_come_along(
    kept: Store, tmp_path: Path, how: Configuration
) -> None:
    run = ended(kept, scrape_plan_of(kept, how))
    found = printed(unpacked(kept, run, tmp_path))
    want = recorded(kept, run)
    assert want and {label: found[label]["price"] for label in want} == {
        label: product["price"] for label, product in want.items()
    }


def scrape_plan_of(kept: Store, how: Configuration) -> Plan:
    plan = demo_scrape_plan(how, kept.settings)
    tasks = tuple(Task(index, task.label, task.argument) for index, task in enumerate(plan.tasks[:12]))
    return Plan("job", "scrape", "a few", tasks, (how,), plan.options)


@pytest.mark.parametrize("how", [THREADS, ASYNCIO], ids=name_of)
def test_the_plain_script_reads_plain_prices_and_says_where_it_cannot(
    kept: Store, tmp_path: Path, how: Configuration
) -> None:
    run = ended(kept, scrape_plan_of(kept, how))
    text = script(kept, run)
    assert len(without_tasks(text).splitlines()) < 130 and "engine" not in imported(text)
    shops = DemoShops(tmp_path)
    try:
        found = outputs(text, tmp_path / "away", shops.base_url)
    finally:
        shops.close()
    want = recorded(kept, run)
    read = {label: one["price"] for label, one in found.items() if isinstance(one, dict)}
    assert len(found) == 12 and len(read) >= 6
    other = {label: price for label, price in read.items() if label in want and not same_price(price, want[label])}
    assert not other


def same_price(text: str, product: dict[str, Any]) -> bool:
    """Whether a price as it stands on the page is the one that the engine read."""
    return float(re.sub(r"[^\d.]", "", text)) == float(product["price"])


def test_a_function_is_imported_and_its_set_up_called(kept: Store, tmp_path: Path) -> None:
    tasks = tuple(Task(index, f"task {index}", index) for index in range(3))
    options = {"function": "compared:was_prepared", "setup": "compared:prepare", "search_path": [TESTS]}
    run = ended(kept, Plan("job", "function", "mine", tasks, (PROCESSES,), options))
    text = script(kept, run)
    assert "import compared as mine" in text and TESTS not in text and "Put it beside compared" in text
    shutil.copy(Path(TESTS, "compared.py"), tmp_path)
    (tmp_path / "taken_home.py").write_text(text, encoding="utf-8")
    assert set(printed(tmp_path / "taken_home.py", flags="-Es").values()) == {"1"}


def test_arguments_stand_in_the_script_as_they_were_given_or_it_is_refused(kept: Store, tmp_path: Path) -> None:
    given = [(1, "two", {3: b"four"}), {5, 6}, [None, 1.5]]
    plan = function_plan("compared:double", given, kept.settings, search_path=[TESTS])
    run = ended(kept, Plan("job", "function", "mine", plan.tasks, (SEQUENTIAL,), plan.options))
    (named,) = [
        node for node in ast.parse(script(kept, run)).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TASKS"
    ]  # fmt: skip
    assert [argument for _, argument in ast.literal_eval(named.value)] == given
    plan = function_plan("compared:double", [Path("a")], kept.settings, search_path=[TESTS])
    run = ended(kept, Plan("job", "function", "mine", plan.tasks, (SEQUENTIAL,), plan.options))
    with pytest.raises(NotAvailable, match="cannot be written into a script"):
        script(kept, run)


@pytest.mark.parametrize("reference", ["multiprocessing.Pool.map", "joblib.Parallel", "ThreadPoolExecutor.map"])
def test_code_that_was_measured_beside_an_executor_is_what_the_script_has(
    kept: Store, tmp_path: Path, reference: str
) -> None:
    run = ended(kept, simple_plan("compute", 3, {"amount": 50}, SEQUENTIAL, kept.settings))
    executor = "threads" if reference.startswith("Thread") else "processes"
    text = script(kept, run, Configuration(executor, 2, reference=reference))
    assert reference.partition(".")[2].partition(".")[0] in text
    ast.parse(text)
    if reference != "joblib.Parallel":
        assert outputs(text, tmp_path) == recorded(kept, run)


def test_a_comparison_gives_the_script_of_what_it_recommends_with_its_verdict_on_top(
    kept: Store, tmp_path: Path
) -> None:
    job = simple_plan("compute", 4, {"amount": 500}, SEQUENTIAL, kept.settings)
    run = ended(kept, comparison(job, [THREADS], repeats=1, all_tasks=40))
    assert run.verdict is not None
    text = b"".join(export_chunks(kept, run, "script")).decode()
    assert f"on {run.verdict['recommended']['label']}" in text and "a sample of 40" in text
    assert run.verdict["sentences"][0] in " ".join(line.removeprefix("# ") for line in text.splitlines())
    assert len(outputs(text, tmp_path)) == 4
    assert file_name(run, "script").endswith(".py")


def test_a_task_that_fails_is_a_line_with_its_reason(kept: Store, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    run = ended(kept, resize_plan([tmp_path / "photo.jpg"], Resizing(sizes=("10",)), THREADS, kept.settings))
    assert "TaskFailed" in printed(unpacked(kept, run, tmp_path / "away"), str(tmp_path))["photo.jpg"]
    assert "UnidentifiedImageError" in outputs(script(kept, run), tmp_path / "plain", str(tmp_path))["photo.jpg"]


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


def test_subinterpreters_ask_for_a_python_that_has_them(kept: Store) -> None:
    run = ended(kept, simple_plan("compute", 1, {"amount": 1}, SEQUENTIAL, kept.settings))
    text = script(kept, run, Configuration("subinterpreters", 2))
    assert 'requires-python = ">=3.14"' in text and "with InterpreterPoolExecutor(WORKERS) as pool:" in text
    ast.parse(text)


@pytest.mark.stress
def test_on_dask_workers_import_the_script(kept: Store, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    run = ended(kept, simple_plan("compute", 3, {"amount": 50}, SEQUENTIAL, kept.settings))
    text = script(kept, run, Configuration("dask", 2))
    assert any(line.startswith("distributed==") for line in dependencies(text))
    assert outputs(text, tmp_path) == recorded(kept, run)


def test_on_dask_every_worker_is_told_where_the_photos_are(kept: Store, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    run = ended(kept, resize_plan([tmp_path / "photo.jpg"], Resizing(sizes=("10",)), THREADS, kept.settings))
    text = script(kept, run, Configuration("dask", 2))
    ast.parse(text)
    assert text.index("arguments = (FOLDER.resolve(), RESULTS.resolve())") < text.index(
        "client.run(there.prepare, *arguments)"
    )


def test_a_scrape_on_dask_has_no_script_and_says_so_before_anything_is_measured() -> None:
    must_be_one("scrape", THREADS)
    with pytest.raises(NotAvailable, match="pace holds on one machine only"):
        must_be_one("scrape", Configuration("dask", 2))


def test_what_cannot_be_written_is_refused_from_the_plan() -> None:
    task = Task(0, "one", dump({1, 2}.__class__))
    plan = Plan("comparison", "function", "x", (task,), (SEQUENTIAL,), {"function": "compared:double"})
    with pytest.raises(NotAvailable, match="cannot be written into a script"):
        must_be_written(plan)
    with pytest.raises(NotAvailable, match="came by value"):
        must_be_written(replace(plan, options={"function": "it", "function_pickled": "x"}))


def test_a_run_that_came_from_a_file_has_no_script_and_says_why(kept: Store) -> None:
    run = import_document(kept, document([record(0, "a")]))
    with pytest.raises(NotAvailable, match="came from a file"):
        script(kept, run)
    assert run_document(kept, run)["tasks"] == 1


def test_variables_and_arguments_that_are_loaded_at_the_start_are_in_the_script(kept: Store, tmp_path: Path) -> None:
    run = ended(kept, simple_plan("compute", 3, {"amount": 50}, SEQUENTIAL, kept.settings))
    how = Configuration("processes", 2, "spawn", environment=("OMP_NUM_THREADS=1",), held=True)
    text = script(kept, run, how)
    assert "os.environ['OMP_NUM_THREADS'] = '1'\n" in text and "pool.map(attempt, range(len(TASKS))" in text
    assert outputs(text, tmp_path) == recorded(kept, run)


def test_the_scripts_of_a_scrape_tell_shops_what_the_run_told_them(kept: Store, tmp_path: Path) -> None:
    told = Manners("de-AT, de;q=0.8", "Mine/1.0")
    run = ended(kept, scrape_plan(["http://10.0.0.1/a"], THREADS, kept.settings, manners=told))
    for text in (script(kept, run), unpacked(kept, run, tmp_path).read_text(encoding="utf-8")):
        assert "de-AT, de;q=0.8" in text and "Mine/1.0" in text


def test_photos_at_an_address_are_named_by_their_place_below_what_they_have_in_common() -> None:
    def placed(*places: str) -> list[str]:
        return sources([Task(at, "x", {"source": place, "names": ["x.jpg"]}) for at, place in enumerate(places)])

    assert placed("s3://photos/2026/a.jpg", "s3://photos/2026/sub/b.jpg") == ["a.jpg", "sub/b.jpg"]
    assert placed("file:///data/a.jpg", "file:///data/b.jpg") == ["a.jpg", "b.jpg"]
    assert placed("s3://one/a.jpg", "gs://two/a.jpg") == ["one/a.jpg", "two/a.jpg"]
