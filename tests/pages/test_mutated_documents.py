"""Whatever `open` accepts, every view, report and export bears: exported runs with one hostile value each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import InputRefused, OverlapError
from engine.model import Run
from engine.report import MEDIA_TYPES, export_chunks
from engine.report.documents.document import import_document
from engine.report.documents.reading import parsed, read_document
from engine.store import Store
from pages.parts.job.view import SECTIONS
from tests.pages.conftest import Opened
from tests.pages.mutated import DOCUMENTS, Mutation, mutations, read

SEED = 20261129
A_DOCUMENT = 6
"""So many mutations of each document are looked at in the ordinary suite; the slow test takes all of them."""


TWO_RUNS = """
import streamlit as st
from pages.parts.shared.server import run_of
from pages.parts.history.two_runs import two_runs
two_runs([run_of(token) for token in st.session_state.tokens])
"""


class Pages(NamedTuple):
    """Pages that stay open and show one run after the other."""

    run: AppTest
    history: AppTest
    lab: AppTest
    two: AppTest


@pytest.fixture
def page(opened: Opened) -> Pages:
    """Every page that speaks of runs."""
    two = AppTest.from_string(TWO_RUNS, default_timeout=30)
    return Pages(opened("run.py"), opened("history.py"), opened("machine.py"), two)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_an_exported_run_opens_and_every_view_shows_it(path: Path, page: Pages, store: Store) -> None:
    document = read(path)
    assert faults_of(page, store, document, [Mutation(("run",), document["run"])]) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_an_exported_run_with_one_hostile_value_is_refused_or_shown(path: Path, page: Pages, store: Store) -> None:
    document = read(path)
    everything = mutations(document)
    random.Random(SEED).shuffle(everything)
    accepted = (mutation for mutation in everything if is_accepted(mutation.of(document)))
    chosen = [mutation for mutation, _ in zip(accepted, range(A_DOCUMENT), strict=False)]
    assert faults_of(page, store, document, chosen) == []


@pytest.mark.stress
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_hostile_value_at_every_place(path: Path, page: Pages, store: Store) -> None:
    document = read(path)
    chosen = [mutation for mutation in mutations(document) if is_accepted(mutation.of(document))]
    assert faults_of(page, store, document, chosen) == []


def is_accepted(document: dict[str, Any]) -> bool:
    """Whether the document may be opened; anything but a refusal in words is a fault."""
    try:
        read_document(document)
    except InputRefused:
        return False
    return True


def faults_of(page: Pages, store: Store, document: dict[str, Any], chosen: list[Mutation]) -> list[str]:
    """What could not bear which mutation; each is also held against the run as it was."""
    page.two.session_state["tokens"] = [import_document(store, document).token]
    found = []
    for mutation in chosen:
        faults = looked_at(page, store, mutation.of(document))
        found += [f"{mutation.place} = {mutation.value!r}: {fault}" for fault in faults]
    return found


def looked_at(page: Pages, store: Store, document: dict[str, Any]) -> Iterator[str]:
    """Open a document, look at all there is of it, and delete it; gives what could not bear it."""
    try:
        run = import_document(store, document)
    except Exception as error:
        yield f"open: {error!r}"
        return
    yield from exports(store, run)
    yield from views(page, run)
    store.delete(run)


def exports(store: Store, run: Run) -> Iterator[str]:
    """Each export in whole; the JSON must open again."""
    for name in MEDIA_TYPES:
        try:
            data = b"".join(export_chunks(store, run, name))
            if name == "json":
                read_document(parsed(data))
        except OverlapError as error:
            if name not in ("script", "folder"):
                yield f"{name}: {error}"
        except Exception as error:
            yield f"{name}: {error!r}"


def views(page: Pages, run: Run) -> Iterator[str]:
    """The run's page with each of its tabs, the list of runs, and the run against itself."""
    page.run.query_params["run"] = run.token
    for tab in SECTIONS if run.kind == "job" else ("the page",):
        page.run.session_state[f"tabs:{run.token}"] = tab
        for look in ("Table", "Prices by shop") if (tab, run.workload) == ("Results", "scrape") else ("Table",):
            page.run.session_state["look"] = look
            yield from raised(page.run, tab)
    yield from raised(page.history, "history")
    if run.kind == "experiment":
        yield from raised(page.lab, "lab")
    page.two.session_state["tokens"] = [page.two.session_state["tokens"][0], run.token]
    yield from raised(page.two, "two runs")


def raised(app: AppTest, what: str) -> Iterator[str]:
    """What a page raised when it was drawn."""
    app.run()
    yield from (f"{what}: {error.message}" for error in app.exception)


@pytest.mark.parametrize("place", [("environment", "system"), ("options", "quality"), ("environment", "host")])
def test_what_utf_8_cannot_hold_is_replaced_when_it_is_taken_in(
    place: tuple[str, str], page: Pages, store: Store
) -> None:
    (path,) = [path for path in DOCUMENTS if path.stem == "resize"]
    assert faults_of(page, store, read(path), [Mutation(place, "a\ud800\x00b")]) == []
