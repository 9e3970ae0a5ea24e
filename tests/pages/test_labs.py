"""Threads and processes here, and Sharing data: guess first, then see; measure, keep, cancel, and say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.lab import experiments_of
from engine.lab.experiments import handover, lost_updates, startup
from engine.lab.running.runner import lab_plan
from engine.lab.shown.recorded_race import Move
from engine.model import new_token
from engine.report.documents.document import import_document, read_document
from engine.runs import jobs
from engine.store import Store
from pages.parts.lab import recorded
from pages.parts.lab.card import PICTURES
from tests.engine.lab.cases import handovers, startups, transfers
from tests.engine.lab.made import document
from tests.pages.conftest import Opened


@pytest.fixture
def measured(store: Store) -> dict[str, Any]:
    """A machine whose figures are known, as a finished run."""
    figures = document("machine", startups(1e-4, 5e-3), handovers(5e-6, 1e-4))
    figures["environment"] |= {"cpus_usable": 2, "power": "battery"}
    keep(store, figures)
    return figures


def keep(store: Store, figures: dict[str, Any]) -> None:
    run = store.create(lab_plan(figures["lab"]), new_token(), {})
    store.update_run(run, verdict=figures)
    store.set_state(run, "finished")


def texts(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error]
    return " ".join(item.value for item in shown).replace(":small[]", "").replace("\\", "")


@pytest.mark.parametrize(("file", "which"), [("machine.py", "machine"), ("sharing.py", "sharing")])
def test_every_experiment_has_its_claim_its_question_and_its_button(file: str, which: Any, opened: Opened) -> None:
    app = opened(file)
    shown = texts(app)
    for one in experiments_of(which):
        assert f"The article says: {one.claim}" in shown
        assert app.button(key=f"measure_{one.name}").label == "Measure"
        radio = app.radio(key=f"expect:{one.name}")
        assert one.question in radio.label.replace(":small[]", "").replace("\\", "")
        assert radio.value is None
    assert "Nothing has been measured yet" in shown


def test_a_result_is_shown_after_a_guess_and_not_before(opened: Opened, measured: dict[str, Any]) -> None:
    app = opened("machine.py")
    sentence = measured["experiments"][0]["sentence"]
    assert sentence not in texts(app)
    assert "Say what you expect to see it" in texts(app)
    app.radio(key="expect:startup").set_value(startup.SAME).run()
    assert f"You expected: {startup.SAME}. Measured: {startup.PROCESSES}." in texts(app)
    assert sentence in texts(app)
    assert measured["experiments"][1]["sentence"] not in texts(app), "one guess opens one result"
    app.radio(key="expect:handover").set_value(handover.DEARER).run()
    assert f"As you expected: {handover.DEARER}." in texts(app)
    assert not app.exception


def test_a_result_can_be_shown_without_a_guess(opened: Opened, measured: dict[str, Any]) -> None:
    app = opened("machine.py")
    app.button(key="show_startup").click().run()
    assert measured["experiments"][0]["sentence"] in texts(app)
    app.toggle(key="lab:open").set_value(True).run()
    assert measured["experiments"][1]["sentence"] in texts(app)
    assert "on battery" in texts(app)
    assert "22 November 2026" in texts(app)


def test_the_table_and_the_advice_come_from_both_labs(opened: Opened, store: Store, measured: dict[str, Any]) -> None:
    keep(store, document("sharing", transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 2e-5)))
    app = opened("machine.py")
    app.toggle(key="lab:open").set_value(True).run()
    shown = texts(app)
    assert "[Start-up](#startup) | 100 µs a worker" in shown
    assert "[Communication](/sharing#transfer) | a reference: 20 µs for 64 B" in shown
    assert "shared memory here from about 64 KiB on" in shown


def test_the_table_and_the_advice_give_nothing_away_that_was_not_guessed(
    opened: Opened, store: Store, measured: dict[str, Any]
) -> None:
    keep(store, document("sharing", transfers((5e-5, 5e-5, 5e-5), (5e-5, 1e-4, 0.2), 2e-5)))
    app = opened("machine.py")
    shown = texts(app)
    assert "µs" not in shown and "shared memory here from" not in shown and "A process pays here" not in shown
    assert "[Start-up](#startup) | *what do you expect?*" in shown
    assert "3 results kept back" in shown
    app.radio(key="expect:startup").set_value(startup.SAME).run()
    shown = texts(app)
    assert "[Start-up](#startup) | 100 µs a worker" in shown and "2 results kept back" in shown
    assert "A process pays here" not in shown, "that speaks of handing over, too"
    app.radio(key="expect:handover").set_value(handover.DEARER).run()
    assert "A process pays here" in texts(app) and "shared memory here from" not in texts(app)


def test_measuring_one_experiment_is_one_run_that_ends_with_its_figures(opened: Opened, store: Store) -> None:
    app = opened("sharing.py")
    app.button(key="measure_deadlock").click().run()
    (run,) = store.runs()
    assert (run.kind, run.workload, run.terms["only"]) == ("experiment", "sharing", ["deadlock"])
    assert app.button(key="all_quick").disabled
    run = jobs.wait(store, run)
    assert run.state == "finished", run.message
    app.run()
    app.toggle(key="lab:open").set_value(True).run()
    assert "8 of 8 meetings in opposite order" in texts(app)
    assert not app.button(key="all_quick").disabled
    assert not app.exception


def test_cancel_ends_a_measurement(opened: Opened, store: Store) -> None:
    app = opened("sharing.py")
    app.button(key="all_quick").click().run()
    (run,) = store.runs()
    app.button(key=f"cancel_{run.id}").click().run()
    assert jobs.wait(store, run).state == "cancelled"


def test_large_type_shows_one_experiment_at_a_time(opened: Opened, measured: dict[str, Any]) -> None:
    app = opened("machine.py")
    app.toggle(key="lab:large").set_value(True).run()
    assert [radio.key for radio in app.radio] == ["expect:startup"]
    assert not app.exception


def test_the_code_that_was_measured_can_be_copied(opened: Opened) -> None:
    app = opened("sharing.py")
    assert not app.code, "what is closed is not drawn"
    app.session_state["code_transfer"] = True  # as a click on it does
    app.run().selectbox(key="way_transfer").set_value("Pipe").run()
    assert any("multiprocessing.Pipe()" in code.value for code in app.code)


def test_saved_results_are_laid_side_by_side_and_others_are_refused(opened: Opened, measured: dict[str, Any]) -> None:
    app = opened("machine.py")
    other = document("machine", startups(2e-4, 9e-3), host="<b>there</b>")
    files = [("a.json", json.dumps(other).encode(), "application/json"), ("b.json", b"[1]", "application/json")]
    files.append(("c.json", json.dumps(document("sharing")).encode(), "application/json"))
    app.file_uploader(key="lab:machine:saved").set_value(files).run()
    assert not app.exception
    columns = [list(table.value.columns) for table in app.dataframe]
    assert any("<b>there</b> · Linux 6 · Python 3.11.7" in names for names in columns)
    assert "b.json holds no result of this lab" in texts(app)
    assert "c.json holds results of “sharing”" in texts(app)


def test_the_run_page_shows_what_a_lab_s_run_found_after_a_guess(
    opened: Opened, store: Store, measured: dict[str, Any]
) -> None:
    app = opened("run.py", run=store.runs()[0].token)
    assert "Threads and processes here" in app.title[0].value
    sentence, other = (part["sentence"] for part in measured["experiments"])
    assert sentence not in texts(app)
    app.radio(key="expect:startup").set_value(startup.SAME).run()
    assert f"You expected: {startup.SAME}. Measured: {startup.PROCESSES}." in texts(app)
    assert sentence in texts(app) and other not in texts(app)
    assert "Not measured in this run." in texts(app)
    assert not app.exception


def test_while_an_experiment_is_measured_its_question_is_asked(opened: Opened, store: Store) -> None:
    run = store.create(lab_plan("sharing", "quick", ["lost_updates"]), new_token(), {})
    with store.folder(run).lock():
        store.update_run(run, state="running", verdict=document("sharing"))
        app = opened("run.py", run=run.token)
        assert [radio.key for radio in app.radio] == ["expect:lost_updates"]
        assert "You see what was measured when the run is over." in texts(app)
        app.radio(key="expect:lost_updates").set_value(lost_updates.SOME).run()
        assert app.radio(key="expect:lost_updates").value == lost_updates.SOME
        assert not [button for button in app.button if button.key == "record"], "recording takes the CPUs from it"
        assert not app.exception
    store.set_state(run, "finished")


def test_figures_of_an_imported_run_are_not_this_machine_s(opened: Opened, store: Store) -> None:
    exported = read_document(Path(__file__).parent / "documents" / "machine.json")
    run = import_document(store, exported)
    assert exported["verdict"]["experiments"][0]["sentence"] in texts(opened("run.py", run=run.token))
    assert "Nothing has been measured yet" in texts(opened("machine.py"))


def test_before_a_guess_every_card_shows_a_sketch_of_its_question() -> None:
    for one in (*experiments_of("machine"), *experiments_of("sharing")):
        assert (PICTURES / f"{one.name}.svg").is_file(), one.name


def test_a_lost_update_is_gone_through_move_by_move_after_the_guess(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves = [Move(0, "read", 7), Move(1, "read", 7), Move(1, "wrote", 8), Move(0, "wrote", 8)]
    monkeypatch.setattr(recorded, "record", lambda: moves)
    app = opened("sharing.py")
    assert not [button for button in app.button if button.key == "record"], "it would answer the question"
    app.radio(key="expect:lost_updates").set_value(lost_updates.SOME).run()
    app.button(key="record").click().run()
    assert "Thread A reads 7 and is about to write 8." in texts(app) and "Move 1 of 4" in texts(app)
    for _ in range(3):
        app.button(key="move_next").click().run()
    assert "Thread B\u2019s update is lost." in texts(app) and app.button(key="move_next").disabled
    app.button(key="move_back").click().run()
    assert "Thread B writes 8: the counter is at 8." in texts(app)
    assert not app.exception
