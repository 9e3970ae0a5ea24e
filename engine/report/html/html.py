"""A run as one HTML page that opens anywhere, offline: everything is in the file, and it asks for nothing.

A Content-Security-Policy forbids every request, so the promise holds whatever stands in a scraped text.
Sections come from `sections`, figures from `drawings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from engine.model import Run
from engine.report.figures.embed import divisions, plotly_script
from engine.report.html.drawings import drawings
from engine.report.html.sections import closing, opening
from engine.store import Store

# 'unsafe-eval': plotly's WebGL traces compile their drawing code; there is nowhere to load other code from.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
)
_STYLE = """
:root { --paper: #ffffff; --raised: #f3f6f9; --text: #1b2733; --muted: #5a6876; --line: #d5dde5; }
.dark { --paper: #12181f; --raised: #1b242e; --text: #e4eaf0; --muted: #9aa7b4; --line: #33404d; }
body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 36px 0 8px; }
p.under, caption, footer { color: var(--muted); }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 18px 0 0; padding: 0; }
.figures div { background: var(--raised); border-radius: 6px; padding: 8px 14px; min-width: 110px; }
.figures dt { color: var(--muted); font-size: 13px; } .figures dd { margin: 0; font-size: 20px; }
.verdict { background: var(--raised); border-radius: 6px; padding: 4px 18px; }
.plotly-graph-div { margin: 18px 0; } li { margin: 4px 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; max-width: 100%; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: anywhere; max-width: 560px; } td.number { text-align: right; white-space: nowrap; }
tr.marked { background: var(--raised); font-weight: 600; }
details { margin: 36px 0 0; } summary { cursor: pointer; font-size: 18px; font-weight: 600; margin: 0 0 8px; }
.careful { margin: 14px 0 0; border: 1px solid var(--line); border-radius: 6px; padding: 8px 14px; }
.careful summary { font-size: 15px; font-weight: 400; margin: 0; } .verdict { padding: 14px 18px; margin: 16px 0; }
details table { font-size: 13px; } details th, details td { padding-right: 10px; }
@media screen and (max-width: 800px) {
  .named thead { display: none; } .named, .named tbody, .named tr { display: block; }
  .named tr { padding: 6px 8px; margin: 0 0 8px; border-bottom: 1px solid var(--line); }
  .named td { display: flex; justify-content: space-between; gap: 16px; text-align: right; padding: 2px 0; }
  .named td { border: 0; white-space: normal; max-width: none; }
  td[data-name]::before { content: attr(data-name); color: var(--muted); text-align: left; font-weight: 400; }
}
@page { margin: 14mm; }
@media print {
  body { font-size: 12px; } main { padding: 0; max-width: none; }
  table { font-size: 10px; } th, td { padding-right: 7px; overflow-wrap: anywhere; }
  details table { font-size: 8px; } details th, details td { padding-right: 4px; }
  .plotly-graph-div, tr, .verdict, .ov-row { break-inside: avoid; } h2 { break-after: avoid; }
}
"""
_PRINTING = """
const page = () => document.querySelectorAll(".plotly-graph-div");
addEventListener("beforeprint", () => page().forEach(one => Plotly.relayout(one, {width: 680})));
addEventListener("afterprint", () => page().forEach(one => Plotly.relayout(one, {width: null, autosize: true})));
"""
"""Plotly draws for the width of the window; a sheet of paper (A4 or Letter, with margins) is narrower."""


def html_chunks(store: Store, run: Run, dark: bool = False) -> Iterator[bytes]:
    """The report as UTF-8, piece by piece; about 5 MB of it are plotly's script."""
    yield _head(run, dark).encode()
    for section in opening(store, run, dark):
        yield section.encode(errors="replace")
    yield from _figures(store, run, dark)
    for section in closing(store, run):
        yield section.encode(errors="replace")
    yield b"</main></body></html>\n"


def _figures(store: Store, run: Run, dark: bool) -> Iterator[bytes]:
    drawn = divisions(drawings(store, run, dark))
    if not drawn:
        return
    yield b"<h2>Figures</h2>\n<script>"
    yield plotly_script().encode()
    yield b"</script>\n"
    for division in drawn:
        yield (division + "\n").encode(errors="replace")
    yield f"<script>{_PRINTING}</script>\n".encode()


def _head(run: Run, dark: bool) -> str:
    return (
        '<!doctype html>\n<html lang="en"' + (' class="dark"' if dark else "") + '>\n<head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(run.title)} · Overlap</title>\n<style>{_STYLE}</style></head>\n<body><main>\n"
    )
