"""The routes, over a real socket: files by the run's token, and nothing that is not the run's."""

from __future__ import annotations

import io
import itertools
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from engine.config import load
from engine.model import Run, new_token
from engine.report import MEDIA_TYPES
from engine.report.documents.document import import_document, run_document
from engine.runs import jobs
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from pages.parts.shared import person as people
from pages.serving.routes import ROUTES
from tests.pages.conftest import THREADS

Get = Callable[[str], requests.Response]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The routes on a loopback port."""
    serving = uvicorn.Server(uvicorn.Config(Starlette(routes=ROUTES), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    while not serving.started:
        threading.Event().wait(0.01)
    port = serving.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    serving.should_exit = True
    thread.join()


@pytest.fixture
def get(server: str) -> Get:
    """A GET of a path below the routes."""

    def ask(path: str) -> requests.Response:
        prepared = requests.Request("GET", server).prepare()
        prepared.url = server + path  # as it is: requests would resolve the dots
        with requests.Session() as session:
            return session.send(prepared, timeout=10)

    return ask


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One home for all of this module's tests."""
    folder = tmp_path_factory.mktemp("routes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERLAP_HOME", str(folder / "home"))
        patch.setenv("TMPDIR", str(folder))
        yield Store.open(load())


@pytest.fixture(scope="module")
def resized(store: Store) -> Run:
    """A run over two uploaded photos, one with an awkward name."""
    token = new_token()
    inputs = store.folder(token).inputs
    inputs.mkdir(parents=True)
    for name in ("a.jpg", 'Übung "1" 😀.jpg'):
        Image.effect_noise((1500, 1000), 80).save(inputs / name)
    sources = sorted(inputs.iterdir())
    plan = resize_plan(sources, Resizing(("1200",)), THREADS, store.settings, None, inputs, store.folder(token).path)
    run = jobs.wait(store, jobs.start(store, plan, token))
    assert run.ok == 2
    return run


def test_the_zip_holds_every_picture_that_was_made(get: Get, resized: Run) -> None:
    answer = get(f"/files/{resized.token}/results.zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="overlap-resize-run-{resized.id}.zip"'
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert packed.testzip() is None and len(packed.namelist()) == 2


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet", "html"])
def test_every_export_is_sent_as_a_file_of_its_type(get: Get, resized: Run, file_format: str) -> None:
    answer = get(f"/files/{resized.token}/export/{file_format}")
    assert answer.status_code == 200 and answer.content
    assert answer.headers["content-disposition"].endswith(f'.{file_format}"')
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unknown_format_is_refused_in_words(get: Get, resized: Run) -> None:
    answer = get(f"/files/{resized.token}/export/exe")
    assert answer.status_code == 400 and "choose one of" in answer.text


def test_pictures_are_sent_as_images_that_no_browser_runs(get: Get, resized: Run) -> None:
    for which in ("thumb", "after", "after-0", "before"):
        answer = get(f"/files/{resized.token}/picture/1/{which}")
        assert answer.status_code == 200, which
        assert answer.headers["content-type"] == "image/jpeg"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_thumbnail_is_small_and_made_once(get: Get, resized: Run, store: Store) -> None:
    whole, thumb = (get(f"/files/{resized.token}/picture/0/{which}").content for which in ("after", "thumb"))
    assert max(Image.open(io.BytesIO(thumb)).size) == 360 and len(thumb) < len(whole) / 4
    made = {path: path.stat().st_mtime_ns for path in (store.folder(resized).path / "thumbs").iterdir()}
    get(f"/files/{resized.token}/picture/0/thumb")
    assert {path: path.stat().st_mtime_ns for path in (store.folder(resized).path / "thumbs").iterdir()} == made


def test_the_figures_of_now_are_plain_values_that_nothing_keeps(get: Get, resized: Run) -> None:
    answer = get(f"/files/{resized.token}/live")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["tiles"]["Done"] == "2 of 2" and len(found["lanes"]["marks"]) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/files/rUnknown/results.zip",
        "/files/rUnknown/live",
        "/files/1/results.zip",
        "/files/rUnknown/export/csv",
        "/files/{token}/picture/99/after",
        "/files/{token}/picture/99999999999999999999999/after",
        "/files/{token}/picture/99999999999999999999999/before",
        "/files/{token}/picture/2147483648/thumb",
        "/files/99999999999999999999999/results.zip",
        "/files/r%00/results.zip",
        "/files/r%ff%fe/export/csv",
        "/files/{token}/picture/0/after-1",
        "/files/{token}/picture/0/after-x",
        "/files/{token}/picture/0/../../../../etc/passwd",
        "/files/{token}/picture/0/..%2f..%2fetc%2fpasswd",
        "/files/{token}/picture/-1/before",
        "/files/{token}/../../overlap.db",
        "/files/..%2f..%2foverlap.db/results.zip",
        "/files/%2e%2e/export/csv",
    ],
)
def test_what_is_not_there_or_leads_elsewhere_is_not_found(get: Get, resized: Run, path: str) -> None:
    answer = get(path.replace("{token}", resized.token))
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.content and b"SQLite" not in answer.content


def test_an_imported_run_reaches_no_file_of_this_machine(
    get: Get, resized: Run, store: Store, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"a secret")
    document = json.loads(json.dumps(run_document(store, resized)))
    document["options"] = {"target": str(tmp_path)}
    for record in document["trials"][0]["records"]:
        record["output"]["path"] = str(secret)
    run = import_document(store, document)
    for which in ("after", "thumb", "before"):
        assert get(f"/files/{run.token}/picture/0/{which}").status_code == 404
    assert zipfile.ZipFile(io.BytesIO(get(f"/files/{run.token}/results.zip").content)).namelist() == []


def test_an_original_outside_this_servers_folders_is_not_shown(get: Get, store: Store, tmp_path: Path) -> None:
    source = tmp_path / "private.jpg"
    Image.new("RGB", (64, 64)).save(source)
    plan = resize_plan([source], Resizing(("32",)), THREADS, store.settings)
    run = jobs.wait(store, jobs.start(store, plan))
    assert get(f"/files/{run.token}/picture/0/after").status_code == 200
    assert get(f"/files/{run.token}/picture/0/before").status_code == 404


def paths_of(run: Run) -> list[str]:
    """An address of each route about a run, every export and picture among them."""
    known = {"token": [run.token], "format": list(MEDIA_TYPES), "task": ["0"], "which": ["thumb", "after", "before"]}
    found = []
    for route in ROUTES:
        names = re.findall(r"{(\w+)", route.path)
        for values in itertools.product(*(known[name] for name in names)) if names else ():
            path = re.sub(r"{(\w+):int}", r"{\1}", route.path)
            found.append(path.format(**dict(zip(names, values, strict=True))))
    return found


@pytest.mark.parametrize("who", ["bob@example.org", people.NOBODY, None])
def test_no_route_gives_anything_of_somebody_elses_run(
    get: Get, resized: Run, store: Store, monkeypatch: pytest.MonkeyPatch, who: str | None
) -> None:
    monkeypatch.setenv("OVERLAP_SIGN_IN", "1")
    if who is not None:  # else as it is asked, without a cookie that this server has signed
        monkeypatch.setattr(people, "person_of", lambda _: who)
    store.update_run(resized, person="ada@example.org")
    try:
        paths = paths_of(resized)
        assert len(paths) == 2 + len(MEDIA_TYPES) + 3
        assert {path: get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
        assert get("/health").status_code == 200
        monkeypatch.setattr(people, "person_of", lambda _: "ada@example.org")
        assert get(paths[0]).status_code == 200
    finally:
        store.update_run(resized, person=None)
