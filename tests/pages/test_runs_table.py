"""A selection belongs to its run: not to the row that it stood in."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import InputRefused
from engine.model import Plan, Run, new_token
from engine.store import Store
from pages.parts.history.deleting import delete
from tests.pages.conftest import Opened


def table_key(app: AppTest) -> str:
    """The key of the table of runs, which changes with the list."""
    (key,) = [item.key for item in app.dataframe if "Run" in item.value.columns]
    assert key is not None
    return key


def tick(app: AppTest, *rows: int) -> AppTest:
    """Tick rows of the table that is drawn, counted from 0."""
    tokens = app.session_state["tokens"]
    app.session_state["selected:runs"] = [tokens[row] for row in rows]
    return app.run()


@pytest.fixture
def three(store: Store, quick: Plan) -> list[Run]:
    """Three runs that have ended, the newest first."""
    runs: list[Run] = []
    for _ in range(3):
        run = store.create(quick, new_token(), {})
        store.set_state(run, "finished")
        runs.insert(0, store.run(run.token))
    return runs


def script() -> None:
    """The runs with what is selected, as History draws them; a tick comes as the browser sends it."""
    import streamlit as st

    from pages.parts.history.runs_table import runs_table
    from pages.parts.shared.server import store

    runs = store().runs(text=st.session_state.get("text"))
    st.session_state["tokens"] = [run.token for run in runs]
    st.json([run.id for run in runs_table(runs, "runs", "multi-row")])


def selected(app: AppTest) -> list[int]:
    """The numbers of the selected runs."""
    assert not app.exception
    return list(json.loads(app.json[0].value))


def test_a_new_run_above_does_not_move_the_selection(three: list[Run], store: Store, quick: Plan) -> None:
    app = tick(AppTest.from_function(script).run(), 1)
    assert selected(app) == [three[1].id]
    before = table_key(app)
    store.create(quick, new_token(), {})
    assert selected(app.run()) == [three[1].id]
    assert table_key(app) != before, "another list is another table: no row's number is taken over"


def test_a_run_that_leaves_the_list_is_selected_no_more(three: list[Run], store: Store) -> None:
    store.update_run(three[0], title="another")
    app = tick(AppTest.from_function(script).run(), 0, 2)
    app.session_state["text"] = "another"
    assert selected(app.run()) == [three[0].id]
    app.session_state["text"] = ""
    assert selected(app.run()) == [three[0].id], "also when it comes back"
    store.delete(three[0])
    assert selected(app.run()) == []


def test_a_tick_on_a_list_that_has_changed_meanwhile_means_the_run_that_was_seen(three: list[Run]) -> None:
    import streamlit as st

    from pages.parts.history import runs_table

    tokens = [run.token for run in three]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {"a table": {"selection": {"rows": [2, 7]}}})
        runs_table._select("runs", "a table", tokens)
        assert st.session_state["selected:runs"] == [three[2].token]


def test_a_run_that_goes_on_again_is_not_deleted(three: list[Run], store: Store) -> None:
    with store.folder(three[0]).lock():
        store.set_state(three[0], "running")
        with pytest.raises(InputRefused, match="goes on again"):
            delete(three[0])
    assert store.exists(three[0].token)
    store.delete(three[1])
    delete(three[1])  # somebody else was quicker


def test_the_question_names_number_time_and_title_of_each(opened: Opened, three: list[Run], store: Store) -> None:
    store.update_run(three[1], title="the *one* of them")
    app = opened("history.py")
    app.session_state["selected:runs"] = [three[1].token]
    app.run()
    app.button(key="delete").click().run()
    said = " ".join(item.value for item in app.markdown).replace("\\", "")
    assert f"Run {three[1].id}" in said and "the *one* of them" in said
    assert re.search(r"\d\d \w+ 20\d\d, \d\d:\d\d", said)
    assert f"Run {three[0].id}" not in said
