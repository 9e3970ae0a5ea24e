"""Who is how many times as fast, at a glance: a verdict's strip and its chart, the same on the page and in the report.

Plain HTML with its own style, made on the server: it is painted with the page, costs a live view next to nothing, and
asks a report for no script. What stands in it comes from the verdict, in the one order of `engine.report.comparing`.
"""

from engine.report.standings.causes import CauseRow, cause_rows
from engine.report.standings.chart import chart
from engine.report.standings.lane import between, lane
from engine.report.standings.rows import Standing, standings
from engine.report.standings.small_timeline import Band, small_timeline
from engine.report.standings.strip import Headline, headline, headline_text, strip, waiting_strip
from engine.report.standings.style import style

__all__ = [
    "Band", "CauseRow", "Headline", "Standing", "between", "cause_rows", "chart", "headline", "headline_text", "lane",
    "small_timeline", "standings", "strip", "style", "waiting_strip",
]  # fmt: skip
