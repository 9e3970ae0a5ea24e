"""A server that several people share, and what is done to it: guessed addresses, forged inputs, a removed database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import Settings
from engine.errors import InputRefused, NotAvailable, RunNotFound
from engine.model import Plan, Run, plain
from engine.protocol.record import row_of
from engine.report.documents.document import run_document
from engine.runs.marks import LONGEST_LABEL, label_of, note_of
from engine.store import Store
from pages.parts.history import annotating, deleting
from pages.parts.shared import clicks, launching, server
from pages.parts.shared import person as people
from pages.parts.start import cards, last_runs
from tests.pages.conftest import THREADS, Opened

Ended = Callable[[Plan], Run]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the reader of pages this person."""
    monkeypatch.setenv("OVERLAP_SIGN_IN", "1")

    def as_(who: str) -> None:
        monkeypatch.setattr(people, "name_of", lambda _: who)

    return as_


def of_ada(store: Store, plan: Plan, shared: bool) -> Run:
    """A run of somebody else, with a failed task, that has ended."""
    run = store.create(plan, "rofada", {}, "ada@example.org")
    trial = store.add_trial(run, 0, plain(THREADS), 4)
    store.records.add(trial, run, [row_of(trial.id, "x", task=0, status="failed", reason="exception")], 0, 1)
    store.update_run(run, shared=shared)
    store.set_state(run, "interrupted")
    return store.run(run.token)


@contextmanager
def untouched(store: Store, run: Run) -> Iterator[None]:
    yield
    assert store.run(run.token) == run


@pytest.mark.parametrize("address", ["rofada", "1", "１", " 1", "rofada ", "r%", "rofad_", "../rofada"])
def test_who_guesses_the_address_of_somebody_elses_run_sees_nothing_of_it(
    opened: Opened, store: Store, quick: Plan, signed_in: Callable[[str], None], address: str
) -> None:
    of_ada(store, quick, shared=False)
    signed_in("bob@example.org")
    with pytest.raises(RunNotFound):
        server.run_of(address)


def test_what_is_somebody_elses_can_be_looked_at_where_it_is_shared_and_nothing_else(
    store: Store, quick: Plan, signed_in: Callable[[str], None]
) -> None:
    run = of_ada(store, quick, shared=True)
    signed_in("bob@example.org")
    assert server.run_of(run.token).id == run.id
    for act in (
        launching.resume, launching.retry, deleting.delete, clicks.cancel,
        lambda one: annotating.pin([one]), lambda one: annotating.share([one]),
    ):  # fmt: skip
        with untouched(store, run), pytest.raises(NotAvailable, match=rf"Run {run.id} is somebody else's"):
            act(run)
    signed_in("ada@example.org")
    annotating.pin([run])
    assert store.run(run.token).pinned


@pytest.mark.parametrize("who", ["bob@example.org", people.NOBODY])
def test_an_imported_run_is_its_readers_from_the_first_moment(
    opened: Opened, store: Store, ended: Ended, quick: Plan, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    document = json.dumps(run_document(store, ended(quick))).encode()
    app = opened("history.py")
    app.file_uploader(key="upload:run").upload("run.json", document).run()
    monkeypatch.setattr(launching, "person", lambda: who)
    monkeypatch.setattr(Store, "update_run", None)
    app.button(key="import_now").click().run()
    assert not app.exception
    assert [run.person for run in store.runs()] == ([who, None] if who else [None])
    assert not who or not app.error


def test_who_has_as_much_as_one_may_have_imports_nothing_more(
    opened: Opened, store: Store, ended: Ended, quick: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.dumps(run_document(store, ended(quick))).encode()
    store.create(quick, "rbob", {}, "bob@example.org")
    monkeypatch.setenv("OVERLAP_GB_EACH", "0.0000000001")
    app = opened("history.py")
    app.file_uploader(key="upload:run").upload("run.json", document).run()
    monkeypatch.setattr(launching, "person", lambda: "bob@example.org")
    app.button(key="import_now").click().run()
    assert "OVERLAP_GB_EACH" in app.error[0].value.replace("\\", "") and len(store.runs()) == 2


def test_clicks_that_come_at_once_start_no_more_than_one_may_have(
    store: Store, quick: Plan, signed_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("bob@example.org")
    monkeypatch.setenv("OVERLAP_RUNS_EACH", "1")
    storing, others, outcomes = Event(), Event(), list[str]()

    def stored(kept: Store, plan: Plan, token: str, who: str, told: object) -> Run:
        storing.set()
        others.wait(10)  # the others have clicked before this one is stored
        return kept.create(plan, token, {}, who)

    def click(token: str) -> None:
        try:
            outcomes.append(launching.start(quick, token).token)
        except InputRefused as refused:
            outcomes.append(str(refused))

    monkeypatch.setattr("pages.parts.shared.launching.jobs.start", stored)
    clicks_ = [Thread(target=click, args=(f"rbob{number}",)) for number in range(4)]
    clicks_[0].start()
    assert storing.wait(10)
    for one in clicks_[1:]:
        one.start()
    clicks_[-1].join(0.1)
    others.set()
    for one in clicks_:
        one.join(10)
    assert outcomes[0] == "rbob0" and [one.token for one in store.runs()] == ["rbob0"]
    assert len(outcomes) == 4 and all("OVERLAP_RUNS_EACH" in one for one in outcomes[1:])


def test_a_pilot_is_its_readers_own_run_and_counts(
    store: Store, quick: Plan, signed_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    owners: list[str | None] = []

    def seen(kept: Store, plan: Plan, token: str | None = None, person: str | None = None) -> Run:
        owners.append(person)
        raise InputRefused("enough is seen")

    monkeypatch.setattr("engine.runs.jobs.start", seen)
    monkeypatch.setenv("OVERLAP_RUNS_EACH", "1")
    signed_in("bob@example.org")
    with pytest.raises(InputRefused, match="enough"):
        launching.pilot(quick)
    assert owners == ["bob@example.org"], "nobody's run is everybody's to see"
    store.create(quick, "rbob", {}, "bob@example.org")
    with pytest.raises(InputRefused, match="OVERLAP_RUNS_EACH"):
        launching.pilot(quick)
    signed_in(people.NOBODY)
    with pytest.raises(NotAvailable, match="Sign in first"):
        launching.pilot(quick)
    assert len(owners) == 1


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("  holiday\n2026\t ", "holiday 2026"), ("", None), (" \n", None), ("a\x1b[31mb\x07", "a\ufffd[31mb\ufffd"),
     ("x\u202ey", "x\ufffdy"), ("<b>x</b>", "<b>x</b>"), ("x" * LONGEST_LABEL, "x" * LONGEST_LABEL)],
)  # fmt: skip
def test_a_label_is_one_line_that_no_terminal_obeys(typed: str, stored: str | None) -> None:
    assert label_of(typed) == stored


def test_a_label_or_a_note_that_is_too_long_is_refused_or_cut_by_its_field(
    store: Store, ended: Ended, quick: Plan
) -> None:
    with pytest.raises(InputRefused, match="This label has 10,000 characters, and a label has 60 at most: shorten it"):
        label_of("x" * 10_000)
    with pytest.raises(InputRefused, match="a note has 2,000 at most"):
        note_of("x" * 10_000)
    assert note_of("one\ntwo\x1b ") == "one\ntwo\ufffd"

    def asks(token: str) -> None:
        from pages.parts.history.annotating import ask_for_words
        from pages.parts.shared.server import store

        ask_for_words([store().run(token)])

    run = ended(quick)
    app = AppTest.from_function(asks, kwargs={"token": run.token}).run()
    app.text_input(key="new_label").set_value("<script>\x1b]0;x\x07" + "y" * 10_000)
    app.button(key="save_words").click().run()
    assert not app.exception and not app.error
    kept = store.run(run.token).label
    assert kept is not None and kept.startswith("<script>\ufffd]0;x\ufffdyyy") and len(kept) == LONGEST_LABEL


def test_a_database_that_is_removed_or_replaced_while_the_app_runs_is_opened_anew(
    store: Store, settings: Settings, quick: Plan
) -> None:
    store.create(quick, "rbefore", {})
    first = server.whole_store()
    assert first is server.whole_store() and len(first.runs()) == 1
    file = settings.home / "overlap.db"
    kept = file.read_bytes()
    file.unlink()
    second = server.whole_store()
    assert second.runs() == [] and second is server.whole_store()
    second.create(quick, "rafter", {})
    copy = settings.home / "copy.db"
    copy.write_bytes(kept)
    copy.replace(file)
    assert [run.token for run in server.whole_store().runs()] == ["rbefore"], "a copy was put back"


def test_where_the_clock_was_set_back_meanwhile_no_run_took_less_than_nothing(
    opened: Opened, store: Store, ended: Ended, quick: Plan
) -> None:
    run = ended(quick)
    store.update_run(run, started_at="2031-01-01T00:00:00.000+00:00", created_at="2031-01-01T00:00:00.000+00:00")
    run = store.run(run.token)
    assert last_runs._took(run) == ""
    card = cards.CARDS[0]._replace(kind=run.kind, workload=run.workload, titled=run.title)
    assert cards.last_took_s(card) is None
    assert opened("run.py", run=run.token).metric[0].value == "4 of 4"
