"""A comparison as text: for a terminal, for Markdown, for a notebook. Rows, order and words are those of the page.

What is told comes from `comparing`; here it only gets its form. All of it is the user's or a stranger's text, so each
form escapes what would mean something in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from engine.model import Run, Trial
from engine.report.comparing import COLUMNS, cells, configuration_rows, laws, left_out, reasons, warning_lines
from engine.report.html.surroundings import known
from engine.report.standings import headline_text
from engine.store import Store
from engine.text import storable

_TO_THE_RIGHT = frozenset(range(2, len(COLUMNS)))
"""Columns of figures stand to the right."""


def as_text(run: Run, trials: Sequence[Trial]) -> str:
    """The verdict, the table, why, and what to be careful of, as lines for a terminal."""
    return "\n".join(_text_lines(run, trials))


def _text_lines(run: Run, trials: Sequence[Trial]) -> Iterator[str]:
    verdict = run.verdict or {}
    if first := headline_text(verdict):
        yield _line(first)
    yield from (_line(sentence) for sentence in verdict.get("sentences") or [])
    if table := text_table(run, trials):
        yield f"\n{table}"
    if apart := left_out(verdict):
        yield _line(apart)
    why, unfitted = reasons(verdict), laws(verdict)[1]
    if why or unfitted:
        yield "\nWhy"
    yield from (f"  {_line(name)}: {_line(text)}" for name, text in why)
    if unfitted:
        yield f"  {_line(unfitted)}"
    if careful := warning_lines(verdict):
        yield "\nTo be careful of"
        yield from (f"! {_line(text)}" for text in careful)


def text_table(run: Run, trials: Sequence[Trial]) -> str:
    """The rows as aligned columns, the recommended one marked; empty where nothing was timed."""
    head, rows, recommended = _table(run, trials)
    if not rows:
        return ""
    marks = [" ", *(">" if number in recommended else " " for number in range(len(rows)))]
    lines = [head, *rows]
    wide = [max(_width(line[at]) for line in lines) for at in range(len(head))]
    right = {at for at, name in enumerate(head) if name in {COLUMNS[place] for place in _TO_THE_RIGHT}}
    return "\n".join(
        f"{mark} " + "  ".join(_padded(text, wide[at], at in right) for at, text in enumerate(line)).rstrip()
        for mark, line in zip(marks, lines, strict=True)
    )


def _table(run: Run, trials: Sequence[Trial]) -> tuple[list[str], list[list[str]], set[int]]:
    """Heads, rows as texts without the columns in which nothing stands, and which rows are recommended."""
    found = configuration_rows(run.verdict or {}, trials)
    texts = [["–" if cell is None else _line(str(cell)) for cell in cells(row)] for row in found]
    kept = [at for at in range(len(COLUMNS)) if any(row[at] != "–" for row in texts)]
    recommended = {number for number, row in enumerate(found) if row.recommended}
    return [COLUMNS[at] for at in kept], [[row[at] for at in kept] for row in texts], recommended


def _line(text: object) -> str:
    """One line of it that a terminal only shows: nothing in it moves the cursor or turns the line round."""
    plain = storable(str(text))
    return "".join(one if one.isprintable() else " " for one in plain)


def _width(text: str) -> int:
    """How many columns of a terminal it takes."""
    wide = {"W": 2, "F": 2}
    return sum(0 if unicodedata.combining(one) else wide.get(unicodedata.east_asian_width(one), 1) for one in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


# -- Markdown ------------------------------------------------------------------


def markdown_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """The run as GitHub's Markdown, UTF-8: what stands on its page in words and tables."""
    return (f"{line}\n".encode(errors="replace") for line in _markdown(store, run))


def _markdown(store: Store, run: Run) -> Iterator[str]:
    trials = store.trials(run)
    yield f"# {_marked(run.title)}\n"
    done = f"{len(trials):,} trials" if run.kind == "comparison" else f"{run.ok:,} of {run.tasks:,} succeeded"
    yield f"{_marked(run.kind)} {run.id} · {_marked(run.workload)} · {run.state} · {done}\n"
    if run.message:
        yield f"{_marked(run.message)}\n"
    if run.kind == "comparison" and run.verdict:
        yield from _markdown_verdict(run, trials)
    if failures := store.records.failures(run):
        rows = [[f"{count:,}", (reason or "").replace("_", " "), example or ""] for reason, example, count in failures]
        yield "## Failures\n"
        yield from _markdown_table(["Tasks", "Reason", "For example"], rows)
    if where := known(run.environment):
        yield "## Environment\n"
        yield from _markdown_table(["", ""], where)


def _markdown_verdict(run: Run, trials: Sequence[Trial]) -> Iterator[str]:
    verdict = run.verdict or {}
    yield "## Verdict\n"
    if first := headline_text(verdict):
        yield f"**{_marked(first)}**\n"
    yield from (f"{_marked(sentence)}\n" for sentence in verdict.get("sentences") or [])
    head, rows, recommended = _table(run, trials)
    if rows:
        yield "## Configurations\n"
        yield from _markdown_table(head, rows, recommended)
        yield "Wall times are medians over the repeats. The recommended configuration is bold.\n"
    if apart := left_out(verdict):
        yield f"{_marked(apart)}\n"
    why, unfitted = reasons(verdict), laws(verdict)[1]
    if why:
        yield "## Why\n"
        yield "".join(f"- **{_marked(name)}**: {_marked(text)}\n" for name, text in why)
    if unfitted:
        yield f"{_marked(unfitted)}\n"
    if careful := warning_lines(verdict):
        yield "## To be careful of\n"
        yield "".join(f"- {_marked(text)}\n" for text in careful)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]], bold: set[int] | None = None) -> Iterator[str]:
    right = {COLUMNS[at] for at in _TO_THE_RIGHT}
    yield _row(head)
    yield _row(["---:" if name in right else "---" for name in head])
    for number, row in enumerate(rows):
        texts = [_marked(text) for text in row]
        yield _row([f"**{text}**" if text else text for text in texts] if number in (bold or ()) else texts)
    yield ""


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


_MEANING = re.compile(r"([\\`*_\[\]<>|#~!&$])")


def _marked(text: object) -> str:
    """The text as it is: nothing in it is Markdown or HTML, or ends a cell."""
    return _MEANING.sub(r"\\\1", _line(text).strip())


# -- notebooks -----------------------------------------------------------------


def as_html(run: Run, trials: Sequence[Trial]) -> str:
    """Verdict and table as a piece of HTML, for a notebook; everything in it is escaped."""
    head, rows, recommended = _table(run, trials)
    sentences = "".join(f"<p>{escape(_line(text))}</p>" for text in (run.verdict or {}).get("sentences") or [])
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(_html_row(row, number in recommended) for number, row in enumerate(rows))
    return f"<div>{sentences}<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"


def _html_row(row: Sequence[Any], recommended: bool) -> str:
    tag = "th" if recommended else "td"
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in row) + "</tr>"
