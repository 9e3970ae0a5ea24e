"""Figures as parts of a page."""

from __future__ import annotations

from engine.report.figures import CONFIG, timeline
from engine.report.figures.embed import divisions, plotly_script
from tests.engine.report.figures.made import THREADS_2, row


def test_a_division_brings_no_script_address_and_closes_no_tag_early() -> None:
    drawn = timeline([row(0, 0, 0.0, 1.0, label="</script><script>alert(1)</script>")], THREADS_2)
    first, second = divisions([drawn, drawn])
    assert "src=" not in first
    assert first.count("</script>") == 1
    assert 'id="figure-0"' in first
    assert 'id="figure-1"' in second


def test_nothing_is_sent_elsewhere() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert "</script" not in plotly_script()
