"""Coming back to a form: uploads and options are as they were, until the run with them is deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.runs import jobs
from engine.store import Store
from engine.text import data_size
from engine.workloads.images.making.options import Resizing
from pages.parts.resize.presets import PRESETS, in_words
from pages.parts.uploads.uploaded import place_again
from tests.pages.conftest import Opened, choose, chosen
from tests.pages.made import photo, with_uploads


def back(app: AppTest, file: str) -> AppTest:
    """To the run, and back to the form, as by the browser's button."""
    app.switch_page("run.py").run()
    app.query_params.clear()
    app.switch_page(file).run()
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    """All sentences on the page, without the backslashes that keep them literal."""
    kinds = ("markdown", "caption", "warning", "error")
    said = "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))
    return said.replace(":small[]", "").replace("\\", "")


def test_uploads_are_offered_again_and_used_for_another_run(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg", "b.jpg", "c.jpg")
    app.button(key="start").click().run()
    first = jobs.wait(store, store.runs()[0])
    back(app, "resize.py")
    assert app.button(key="start").label == "Resize 3 pictures"
    said = text_of(app).replace("**", "")
    assert f"3 pictures, {data_size(3 * len(photo()))}, uploaded for run {first.id}" in said
    app.button(key="start").click().run()
    second = jobs.wait(store, store.runs()[0])
    assert (second.id, second.ok) == (first.id + 1, 3)
    one, other = ((store.folder(run).inputs / "a.jpg") for run in (first, second))
    assert one.samefile(other), "as a link, not as another copy"
    store.delete(first)
    back(app, "resize.py")
    assert f"uploaded for run {second.id}" in text_of(app), "they belong to the newest run now"
    store.delete(second)
    back(app, "resize.py")
    assert app.button(key="start").disabled and "uploaded for run" not in text_of(app)


def test_a_new_upload_takes_the_place_of_the_old_one(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg", "b.jpg")
    app.button(key="start").click().run()
    back(app, "resize.py")
    app.file_uploader(key="upload:photos").upload("new.jpg", photo()).run()
    assert app.button(key="start").label == "Resize 1 picture"
    assert "uploaded for run" not in text_of(app)


def test_uploads_can_be_forgotten(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg")
    app.button(key="start").click().run()
    back(app, "resize.py")
    app.button(key="forget:photos").click().run()
    assert app.button(key="start").disabled and "uploaded for run" not in text_of(app)


def test_uploads_are_one_sessions_own(opened: Opened, store: Store) -> None:
    with_uploads(opened, "a.jpg").button(key="start").click().run()
    other = choose(opened("resize.py"), "pictures_from", "Upload files")
    assert "uploaded for run" not in text_of(other)


def test_a_try_or_a_pilot_is_not_what_was_uploaded(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, *(f"{n}.jpg" for n in range(5)))
    app.button(key="try").click().run()
    jobs.wait(store, store.runs()[0])
    assert "uploaded:photos" not in app.session_state


def test_an_uploaded_list_is_offered_again(opened: Opened, store: Store) -> None:
    app = choose(opened("scrape.py"), "pages_from", "Upload a list")
    content = b"sku;page\n1;http://10.0.0.1/a\n2;http://10.0.0.1/b\n"
    app.file_uploader(key="upload:list").upload("shop.csv", content).run()
    app.button(key="start").click().run()
    assert not app.exception
    run = jobs.wait(store, store.runs()[0])
    back(app, "scrape.py")
    assert app.button(key="start").label == "Scrape 2 pages"
    assert f"uploaded for run {run.id}" in text_of(app)
    app.button(key="start").click().run()
    assert store.runs()[0].tasks == 2 and len(store.runs()) == 2


@pytest.mark.parametrize(
    ("file", "source", "key", "value"),
    [
        ("resize.py", "", "sizes:Gallery", "123x45"),
        ("resize.py", "", "quality_jpeg:Gallery", 41),
        ("resize.py", "", "enlarge:Gallery", True),
        ("resize.py", "", "format:Gallery", ["png", "webp"]),
        ("resize.py", "", "executor:resize", "sequential"),
        ("compare.py", "", "grid:resize:0:executors", ["threads"]),
        ("compare.py", "", "grid:resize:0:threads", ["3", "5"]),
        ("compare.py", "", "compare:repeats:True", 7),
        ("compare.py", "", "compare:chunk", 2),
        ("compare.py", "", "sample:resize:24 sample photos", 9),
        ("scrape.py", "Paste addresses", "addresses", "http://10.0.0.1/a"),
    ],
)
def test_options_are_as_they_were(opened: Opened, file: str, source: str, key: str, value: Any) -> None:
    app = opened(file)
    if source:
        choose(app, "pages_from", source)
    choose(app, key, value)
    back(app, file)
    assert chosen(app, key) == value


def test_what_was_chosen_gives_way_to_a_new_preset(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.model import Configuration
    from engine.runs.defaults import Preset
    from pages.parts.shared import how_to_run

    app = choose(opened("resize.py"), "executor:resize", "sequential")
    better = Preset(Configuration("processes", 3), "measured", "It was measured.")
    monkeypatch.setattr(how_to_run, "preset_for", lambda *_: better)
    back(app, "resize.py")
    assert chosen(app, "executor:resize") == "processes"
    assert chosen(app, "workers:resize:processes") == 3


def test_files_that_are_gone_are_said_to_be(tmp_path: Path) -> None:
    from engine.errors import InputRefused

    with pytest.raises(InputRefused, match="upload them again"):
        place_again(["a.jpg"], tmp_path / "gone", tmp_path / "inputs")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (PRESETS["Web page"], "Longest edge 1600 pixels, WebP."),
        (PRESETS["Thumbnail"], "200 × 200 pixels, filled and cropped, JPEG."),
        (PRESETS["Gallery"], "Fits 400 × 400 pixels, in its own format."),
        (Resizing(sizes=("400x",), formats=("png",)), "400 pixels wide, PNG."),
        (Resizing(sizes=("x300", "50%"), formats=("avif", "keep")),
         "Each picture in 2 sizes: 300 pixels high; 50% of its width and height; in AVIF and its own format."),
        (Resizing(sizes=("9x9",), fit="stretch"), "Stretched to 9 × 9 pixels, in its own format."),
    ],
)  # fmt: skip
def test_a_caption_says_what_is_made(options: Resizing, told: str) -> None:
    assert in_words(options) == told


def test_the_caption_follows_the_size_that_is_typed(opened: Opened) -> None:
    app = choose(opened("resize.py"), "preset", "Web page")
    assert "Longest edge 1600 pixels, WebP." in text_of(app)
    choose(app, "sizes:Web page", "800, 400")
    assert "Each picture in 2 sizes: longest edge 800 pixels; longest edge 400 pixels; WebP." in text_of(app)
    assert "1600" not in text_of(app)
