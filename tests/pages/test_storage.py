"""Storage addresses in the Resize page: offered where the configuration has prefixes, and used nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import Settings
from engine.errors import InputRefused
from engine.model import Plan, Run
from engine.runs import jobs
from engine.runs.remote_plans import Source, resize_plan_at
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from pages.parts.shared import launching
from tests.engine.s3 import BUCKET, s3_server
from tests.pages.conftest import THREADS, Opened, choose, chosen
from tests.pages.made import photo, with_uploads


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two photos that pages may use by its address, beside one that they may not."""
    folder = tmp_path_factory.mktemp("storage")
    for name in ("own/a.jpg", "own/sub/b.jpg", "others/c.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(photo())
    monkeypatch.setenv("OVERLAP_ADDRESSES", f"file://{folder}/own")
    return folder


def at(opened: Opened, address: str) -> AppTest:
    """The page with this address typed."""
    app = choose(opened("resize.py"), "pictures_from", "Storage address")
    app.text_input(key="source_address").set_value(address).run()
    assert not app.exception
    return app


def sources_of(app: AppTest) -> list[str]:
    return [option.content for option in app.get_by_key("pictures_from").proto.options]


def test_it_is_offered_only_where_the_configuration_says_so(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Storage address" not in sources_of(opened("resize.py"))
    monkeypatch.setenv("OVERLAP_ADDRESSES", "s3://photos")
    app = opened("resize.py")
    assert "Storage address" in sources_of(app)
    choose(app, "pictures_from", "Storage address")
    monkeypatch.delenv("OVERLAP_ADDRESSES")
    assert app.run().exception == [] and chosen(app, "pictures_from") == "Sample photos", "it was turned off meanwhile"


def test_pictures_go_from_an_address_to_an_address(opened: Opened, store: Store, place: Path) -> None:
    app = at(opened, f"file://{place}/own")
    assert app.button(key="start").label == "Resize 2 pictures"
    assert any(section.label.endswith("/own/resized") for section in app.expander), "said while it is closed"
    assert app.text_input(key="results_address").value == f"file://{place}/own/resized"
    app.button(key="start").click().run()
    assert not app.exception and not app.error
    run = jobs.wait(store, store.runs()[0])
    assert (run.state, run.ok) == ("finished", 2)
    assert sorted(path.relative_to(place).as_posix() for path in place.rglob("*.*")) == [
        "others/c.jpg", "own/a.jpg", "own/resized/a.jpg", "own/resized/sub/b.jpg", "own/sub/b.jpg",
    ]  # fmt: skip
    assert (place / "own/a.jpg").read_bytes() == photo()
    again = at(opened, f"file://{place}/own")
    assert again.button(key="start").label == "Resize 2 pictures", "results of earlier runs are no originals"
    shown = opened("run.py", run=run.token)
    shown.button(key="change").click().run()
    assert not shown.exception
    assert shown.text_input(key="source_address").value == f"file://{place}/own"


def test_uploads_may_go_to_an_address_and_pictures_at_one_to_a_download(
    opened: Opened, store: Store, place: Path
) -> None:
    app = with_uploads(opened, "up.jpg")
    app.radio(key="place:here").set_value("address").run()
    app.text_input(key="results_address").set_value(f"file://{place}/own/up").run()
    app.button(key="start").click().run()
    assert jobs.wait(store, store.runs()[0]).ok == 1 and (place / "own/up/up.jpg").is_file()
    app = at(opened, f"file://{place}/own/*.jpg")
    app.radio(key="place:address").set_value("download").run()
    app.button(key="start").click().run()
    run = jobs.wait(store, store.runs()[0])
    assert run.ok == 1 and [path.name for path in store.folder(run).outputs.iterdir()] == ["a.jpg"]


def test_a_try_of_pictures_at_an_address_writes_nothing_there(opened: Opened, store: Store, place: Path) -> None:
    app = at(opened, f"file://{place}/own")
    app.button(key="try").click().run()
    assert jobs.wait(store, store.runs()[0]).ok == 2
    assert not (place / "own/resized").exists()
    assert not app.run().exception


@pytest.mark.parametrize("below", ["others", "own/../others", "own/*/../../others", "own/none", "*/a.jpg", "own2"])
def test_an_address_elsewhere_or_with_nothing_is_a_sentence(opened: Opened, place: Path, below: str) -> None:
    app = at(opened, f"file://{place}/{below}")
    assert len(app.error) == 1 and app.button(key="start").disabled


@pytest.mark.parametrize("below", ["others", "own/../others", "own/*", ""])
def test_results_go_nowhere_else(opened: Opened, store: Store, place: Path, below: str) -> None:
    app = at(opened, f"file://{place}/own")
    app.text_input(key="results_address").set_value(f"file://{place}/{below}").run()
    app.button(key="start").click().run()
    assert len(app.error) == 1 and not app.exception
    assert store.runs() == [] and [path.name for path in (place / "others").iterdir()] == ["c.jpg"]


def test_a_refusal_is_asked_again_by_a_click(opened: Opened, place: Path) -> None:
    app = at(opened, f"file://{place}/own/later")
    assert "holds no files" in app.error[0].value
    (place / "own/later").mkdir()
    (place / "own/later/d.jpg").write_bytes(photo())
    app.button(key="look_again").click().run()
    assert not app.error and app.button(key="start").label == "Resize 1 picture"


@pytest.fixture
def foreign(store: Store, settings: Settings, place: Path, ended: Callable[[Plan], Run]) -> Run:
    """A run of a command that read from an address which pages may not use, with a failure."""
    (place / "others/broken.jpg").write_bytes(b"no picture")
    sources = [Source(name, f"file://{place}/others/{name}") for name in ("c.jpg", "broken.jpg")]
    return ended(resize_plan_at(sources, Resizing(("40x40",)), THREADS, settings, None))


def test_no_page_goes_on_with_a_run_at_an_address_that_it_may_not_use(
    store: Store, foreign: Run, place: Path, opened: Opened
) -> None:
    said = rf"Run {foreign.id} uses file://.*others/c.jpg, which this server's pages may not"
    for go_on in (launching.retry, launching.resume):
        with pytest.raises(InputRefused, match=said):
            go_on(foreign)
    app = opened("run.py", run=foreign.token)
    app.button(key="again").click().run()
    assert any("uses file" in item.value for item in app.error) and len(store.runs()) == 1
    app = opened("compare.py", **{"from": foreign.token})
    app.button(key="start").click().run()
    assert not app.exception
    assert len(store.runs()) == 1 and any("may not" in item.value for item in app.error)


@pytest.mark.stress
@pytest.mark.filterwarnings("ignore")
def test_the_same_with_a_bucket(opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("moto") is None or find_spec("s3fs") is None:
        pytest.skip("moto and s3fs are not installed.")
    with s3_server() as variables:
        for name, value in {**variables, "OVERLAP_ADDRESSES": f"s3://{BUCKET}/2026, s3://small, s3://gone"}.items():
            monkeypatch.setenv(name, value)
        import s3fs  # type: ignore[import-untyped]

        system = s3fs.S3FileSystem()
        system.mkdir(BUCKET)
        system.mkdir("small")
        for name in ("2026/a.jpg", "2026/sub/b.jpg", "2025/c.jpg"):
            system.pipe_file(f"{BUCKET}/{name}", photo())
        app = at(opened, f"s3://{BUCKET}/2026/**/*.jpg")
        assert app.button(key="start").label == "Resize 2 pictures"
        app.text_input(key="results_address").set_value("s3://small/new").run()
        app.button(key="start").click().run()
        assert not app.error
        assert jobs.wait(store, store.runs()[0]).ok == 2
        assert sorted(system.find("small")) == ["small/new/a.jpg", "small/new/sub/b.jpg"]
        assert "is not below" in at(opened, f"s3://{BUCKET}/2025").error[0].value
        assert "bucket does not exist" in at(opened, "s3://gone/x").error[0].value
        assert "holds no files" in at(opened, f"s3://{BUCKET}/2026/*.gif").error[0].value
        app.switch_page("resize.py").run()
        app.text_input(key="results_address").set_value("s3://gone/x").run()
        app.button(key="start").click().run()
        assert "name a bucket that is there" in app.error[0].value and len(store.runs()) == 1
