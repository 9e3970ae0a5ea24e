"""A comparison in a terminal, in Markdown, in a notebook and in JSON: one table, and every text is only a text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from engine.model import Run, Trial
from engine.report import export_chunks
from engine.report.comparing import COLUMNS, cells, configuration_rows
from engine.report.documents.document import import_document, run_document
from engine.report.telling import as_html, as_text, text_table
from engine.store import Store
from tests.engine.report.made import EVIL, compared, document, evil_comparison, failed, record


def stored(store: Store, given: dict[str, object]) -> tuple[Run, list[Trial]]:
    run = import_document(store, given)
    return run, store.trials(run)


def expected(run: Run, trials: list[Trial]) -> list[list[str]]:
    """Heads and rows as the page has them, without the column that is empty here."""
    found = configuration_rows(run.verdict or {}, trials)
    rows = [["–" if cell is None else str(cell) for cell in cells(row)] for row in found]
    return [list(COLUMNS[:-1]), *(row[:-1] for row in rows)]


def markdown(store: Store, run: Run) -> str:
    return b"".join(export_chunks(store, run, "markdown")).decode()


class Cells(HTMLParser):
    """The cells of a table by row, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1][-1] += data


def test_terminal_markdown_notebook_and_json_have_the_rows_of_the_page_in_its_order(store: Store) -> None:
    run, trials = stored(store, compared())
    wanted = expected(run, trials)
    assert [row[0] for row in wanted[1:]] == ["threads × 2", "sequential"]
    lines = [re.split(r"\s{2,}", line[2:].strip()) for line in text_table(run, trials).splitlines()]
    assert lines == wanted
    told = markdown(store, run).partition("## Configurations")[2]
    table = [line for line in told.splitlines() if line.startswith("|")]
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in table]
    assert [rows[0], *rows[2:]][: len(wanted)] == wanted
    reader = Cells()
    reader.feed(as_html(run, trials))
    assert reader.rows == wanted
    values = run_document(store, run)["table"]
    assert [one["configuration"] for one in values] == ["threads × 2", "sequential"]
    assert [one["wall_s"] for one in values] == [0.21, 0.4] and [one["recommended"] for one in values] == [True, False]
    assert [values[0][name] for name in ("estimate", "low", "high")] == [1.9, 1.8, 2.0]
    assert values[1]["estimate"] is None


def test_the_recommended_row_is_marked_in_each(store: Store) -> None:
    run, trials = stored(store, compared())
    assert [line[:2] for line in text_table(run, trials).splitlines()] == ["  ", "> ", "  "]
    assert "| **threads × 2** |" in markdown(store, run)
    assert "<th>threads × 2</th>" in as_html(run, trials)


def test_verdict_reasons_and_advice_stand_in_terminal_and_markdown(store: Store) -> None:
    run, trials = stored(store, compared())
    for told in (as_text(run, trials), markdown(store, run)):
        for said in ("It is faster.", "Each task took as long.", "It was busy. Wait."):
            assert said in told


def test_a_job_is_told_in_markdown_with_its_failures(store: Store) -> None:
    run = import_document(store, document([record(0, "a"), failed(1, "b", "A | B")]))
    told = markdown(store, run)
    assert "1 of 2 succeeded" in told and "| 1 | not found | A \\| B |" in told


def test_nothing_in_a_text_means_anything_in_any_form(store: Store) -> None:
    given = evil_comparison()
    verdict = given["verdict"]
    assert isinstance(verdict, dict)
    verdict["sentences"] = [EVIL, "\x1b[2J\nsecond\u202e", "**bold** `code` [x](javascript:1) | cell"]
    run, trials = stored(store, given)
    terminal = as_text(run, trials)
    assert "\x1b" not in terminal and "\u202e" not in terminal
    told = markdown(store, run)
    bare = re.sub(r"\\.", "", told)  # what is left without escaped characters
    assert "<" not in bare and "`" not in bare and "[" not in bare and "\x1b" not in told
    reader = Cells()
    reader.feed(as_html(run, trials))
    assert reader.tags <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td"}
