"""Resize images: presets first, uploads spooled to the run's folder, refused with a way out when they would not fit."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.runs import jobs
from engine.store import Store
from pages.parts.run.pictures import made_files
from tests.pages.conftest import Opened, choose, chosen
from tests.pages.made import photo, with_uploads


def test_the_sample_photos_and_a_preset_are_ready_for_the_first_click(opened: Opened) -> None:
    app = opened("resize.py")
    assert app.button(key="start").label == "Resize 24 pictures"
    assert not app.button(key="start").disabled
    assert app.text_input(key="sizes:Gallery").value == "400x400"


def test_another_preset_sets_every_option(opened: Opened) -> None:
    app = opened("resize.py")
    choose(app, "preset", "Thumbnail")
    assert app.text_input(key="sizes:Thumbnail").value == "200x200"
    assert chosen(app, "format:Thumbnail") == ["jpeg"]


def test_a_size_that_cannot_be_read_is_said_and_nothing_starts(opened: Opened) -> None:
    app = opened("resize.py")
    app.text_input(key="sizes:Gallery").set_value("large").run()
    assert "is not a size" in app.error[0].value
    assert app.button(key="start").disabled


def test_uploads_lie_in_the_runs_own_folder_under_safe_and_distinct_names(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg", "A.jpg", "a.jpg")
    assert app.button(key="start").label == "Resize 3 pictures"
    app.button(key="start").click().run()
    assert not app.exception
    (run,) = store.runs()
    run = jobs.wait(store, run)
    assert run.ok == 3
    inputs = [path.name for path in store.folder(run).inputs.iterdir()]
    assert len({name.casefold() for name in inputs}) == 3
    assert len(list(store.folder(run).outputs.rglob("*.jpg"))) == 3


def test_a_second_click_of_the_same_form_opens_the_same_run(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg")
    token = app.session_state["resize:token"]
    app.button(key="start").click().run()
    again = with_uploads(opened, "a.jpg")
    again.session_state["resize:token"] = token
    again.button(key="start").click().run()
    assert [run.token for run in store.runs()] == [token]
    assert again.query_params["run"] == token


def test_uploads_over_the_limit_are_refused_when_chosen_with_the_ways_out(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERLAP_UPLOAD_MAX_MB", "0.005")
    app = with_uploads(opened, "a.jpg", "b.jpg", "c.jpg")
    said = app.error[0].value.replace("\\", "")
    assert "ZIP" in said and "OVERLAP_FOLDERS" in said
    assert app.button(key="start").disabled


def test_a_zip_that_leads_out_of_its_folder_is_refused_and_leaves_nothing(opened: Opened, store: Store) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("../../evil.jpg", photo())
    app = opened("resize.py")
    choose(app, "pictures_from", "Upload a ZIP")
    app.file_uploader(key="upload:zip").upload("photos.zip", kept.getvalue()).run()
    app.button(key="start").click().run()
    assert "leads out of its folder" in app.error[0].value
    assert store.runs() == []
    assert not store.settings.runs.exists() or list(store.settings.runs.iterdir()) == []


def test_a_zip_keeps_its_folders(opened: Opened, store: Store) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("2025/a.jpg", photo())
        packed.writestr("2026/a.jpg", photo("plum"))
    app = opened("resize.py")
    choose(app, "pictures_from", "Upload a ZIP")
    app.file_uploader(key="upload:zip").upload("photos.zip", kept.getvalue()).run()
    app.button(key="start").click().run()
    run = jobs.wait(store, store.runs()[0])
    made = {path.relative_to(store.folder(run).outputs).as_posix() for path in store.folder(run).outputs.rglob("*.jpg")}
    assert made == {"2025/a.jpg", "2026/a.jpg"}


def test_a_folder_of_this_server_is_read_and_results_go_into_a_new_folder(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a.jpg").write_bytes(photo())
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    assert app.button(key="start").label == "Resize 1 picture"
    app.button(key="start").click().run()
    assert not app.exception
    run = jobs.wait(store, store.runs()[0])
    assert run.ok == 1
    assert (folder / "a.jpg").read_bytes() == photo()
    assert len(list((folder / "resized").rglob("a.jpg"))) == 1


def test_a_folder_of_results_that_cannot_be_made_is_a_sentence_and_nothing_starts(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a.jpg").write_bytes(photo())
    (folder / "resized").write_bytes(b"a file of that name")
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    app.button(key="start").click().run()
    assert not app.exception
    assert "a part of its path is a file" in app.error[0].value
    assert store.runs() == []


def test_a_part_of_a_folder_cannot_lead_out_of_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a.jpg").write_bytes(photo())
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    app.text_input(key="server_part").set_value("../..").run()
    assert "leads out of" in app.error[0].value
    assert app.button(key="start").disabled


def test_a_try_is_a_real_small_run_with_an_estimate_of_the_whole(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, *(f"{n}.jpg" for n in range(5)))
    app.button(key="try").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert run.tasks == 3
    jobs.wait(store, run)
    app.run()
    assert any("All 5: about" in item.value for item in app.markdown)


def test_results_of_earlier_runs_in_a_folder_of_this_server_are_no_originals(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    for name in ("a.jpg", "summer/b.jpg", "summer/resized/own.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(photo())
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = choose(opened("resize.py"), "pictures_from", "Folder on this machine")
    app.text_input(key="server_part").set_value("summer").run()
    app.button(key="start").click().run()
    run = jobs.wait(store, store.runs()[0])
    assert (run.ok, len(list((folder / "summer" / "resized").glob("*/b.jpg")))) == (2, 1)
    app = choose(opened("resize.py"), "pictures_from", "Folder on this machine")
    assert app.button(key="start").label == "Resize 3 pictures", "with the user's own folder of that name"
    assert any("Left out: 2 results of earlier runs" in item.value.replace("\\", "") for item in app.caption)


def test_every_size_of_every_picture_is_shown_and_counted(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg", "b.jpg")
    app.text_input(key="sizes:Gallery").set_value("300, 150, 80").run()
    app.button(key="start").click().run()
    run = jobs.wait(store, store.runs()[0])
    app = opened("run.py", run=run.token)
    captions = [caption for image in app.image for caption in image.captions]
    assert len(captions) == 6
    for edges in ("300 × 225", "150 × 112", "80 × 60"):
        assert sum(edges in caption for caption in captions) == 2
    choose(app, "gallery_look", "List")
    assert len(app.dataframe[0].value) == 6
    choose(app, "gallery_look", "Before and after")
    choose(app, "gallery_size:3", 2)  # type: ignore[arg-type]
    (shown,) = (data for item in app.get("bidi_component") if "after" in (data := json.loads(item.proto.json)))
    assert "/picture/0/after-2" in shown["after"] and (shown["width"], shown["height"]) == (80, 60)
    app.session_state[f"tabs:{run.token}"] = "Downloads"
    app.run()
    assert any("6 pictures, of 2 originals." in item.value for item in app.caption)


def in_a_folder(opened: Opened, monkeypatch: pytest.MonkeyPatch, folder: Path) -> AppTest:
    """The page with a folder of this server that holds one photo chosen."""
    (folder / "a.jpg").write_bytes(photo())
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    return app


def test_results_beside_the_originals_ask_before_they_replace_anything_and_are_no_originals_the_next_time(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")

    def beside(size: str) -> AppTest:
        app = in_a_folder(opened, monkeypatch, folder)
        app.radio(key="place").set_value("beside").run()
        choose(app, "overwrite", "ask")
        app.text_input(key="sizes:Gallery").set_value(size).run()
        app.button(key="start").click().run()
        assert not app.exception
        return app

    beside("100")
    run = jobs.wait(store, store.runs()[0])
    first = (folder / "a-small.jpg").read_bytes()
    app = beside("50")
    assert len(store.runs()) == 1, "a question first"
    assert any("1 result would meet a file" in item.value for item in app.markdown)
    app.button(key="overwrite_no").click().run()
    run = jobs.wait(store, store.runs()[0])
    assert store.records.failures(run)[0][0] == "exists" and (folder / "a-small.jpg").read_bytes() == first
    beside("50").button(key="overwrite_yes").click().run()
    run = jobs.wait(store, store.runs()[0])
    assert (run.ok, run.tasks) == (1, 1), "results of earlier runs are no originals"
    assert (folder / "a-small.jpg").read_bytes() != first and (folder / "a.jpg").read_bytes() == photo()


def test_a_closed_section_says_what_is_set_in_it(opened: Opened) -> None:
    app = opened("resize.py")
    assert [section.label for section in app.expander][1:4] == [
        "Quality and bytes: JPEG 85, WebP 82, AVIF 65",
        "Metadata, colours and animation: nothing kept, sRGB",
        "Results: to download only",
    ]
    choose(app, "preset", "Thumbnail")
    app.slider(key="quality_jpeg:Thumbnail").set_value(60)
    app.selectbox(key="metadata:Thumbnail").set_value("copyright")
    app.toggle(key="html").set_value(True).run()
    assert [section.label for section in app.expander][1:4] == [
        "Quality and bytes: JPEG 60",
        "Metadata, colours and animation: the copyright line kept, sRGB",
        "Results: to download only, with a gallery page",
    ]


def test_closed_sections_hold_everything_else_and_reach_the_run(opened: Opened, store: Store) -> None:
    app = with_uploads(opened, "a.jpg")
    app.toggle(key="html").set_value(True)
    app.toggle(key="sharpen:Gallery").set_value(True)
    app.toggle(key="clear:Gallery").set_value(True)
    app.selectbox(key="metadata:Gallery").set_value("date-place")
    formats: Any = app.get_by_key("format:Gallery")
    formats.set_value(["avif", "keep"]).run()
    choose(app, "aim:Gallery", "size")
    app.number_input(key="max_kb:Gallery").set_value(50).run()
    app.button(key="start").click().run()
    assert not app.exception
    run = jobs.wait(store, store.runs()[0])
    wanted = {"html": True, "sharpen": True, "colour": "transparent", "metadata": "date-place", "max_kb": 50.0}
    assert {name: run.options[name] for name in wanted} == wanted
    made = sorted(path.name for path in store.folder(run).outputs.iterdir())
    assert made == ["a.avif", "a.jpg", "gallery.html"]


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux lets any bytes be a name.")
def test_names_that_are_not_utf_8_are_read_resized_and_shown(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos") / os.fsdecode(b"f\xf6lder")
    folder.mkdir()
    names = (os.fsdecode(b"bad\xff\xfe.jpg"), "a.jpg")
    for name in names:
        (folder / name).write_bytes(photo())
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "loop").symlink_to("loop")
    (folder / os.fsdecode(b"broken\x80.jpg")).write_bytes(photo()[:300])
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    assert app.button(key="start").label == "Resize 3 pictures"
    app.button(key="start").click().run()
    assert not app.exception
    run = jobs.wait(store, store.runs()[0])
    assert (run.state, run.ok, run.failed) == ("finished", 2, 1)
    shown = opened("run.py", run=run.token)
    assert not shown.exception
    folder_of_results, made = made_files(store, run)
    assert len(made) == 2 and all((folder_of_results / name).is_file() for name in made)


@pytest.mark.skipif(sys.platform == "win32", reason="Links need rights on Windows.")
@pytest.mark.parametrize("below", ["loop", "loop/x", "a\0b", "no such"])
def test_a_part_that_is_no_folder_is_a_sentence(
    below: str, opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a.jpg").write_bytes(photo())
    (folder / "loop").symlink_to("loop")
    monkeypatch.setenv("OVERLAP_FOLDERS", str(folder))
    app = opened("resize.py")
    choose(app, "pictures_from", "Folder on this machine")
    app.text_input(key="server_part").set_value(below).run()
    assert not app.exception
    assert app.error or app.button(key="start").disabled
