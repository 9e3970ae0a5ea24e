"""Start: two sentences, one click for each thing to try, and the last runs."""

from __future__ import annotations

from engine.store import Store
from tests.pages.conftest import Opened


def test_start_says_what_this_is_and_offers_demo_runs(opened: Opened) -> None:
    app = opened()
    assert app.title[0].value == "Overlap"
    labels = [button.label for button in app.button]
    assert labels[:2] == ["Scrape the demo shops", "Resize the sample photos"]
    assert any("Nothing has run here yet" in caption.value for caption in app.caption)


def test_one_click_starts_a_run_on_demo_data_and_opens_it(opened: Opened, store: Store) -> None:
    app = opened()
    app.button(key="demo:scrape").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert (run.workload, run.kind) == ("scrape", "job")
    assert app.query_params["run"] == run.token
    assert "Scrape prices" in app.title[0].value
