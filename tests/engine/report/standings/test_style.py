"""The colours of strip, chart and lane: one theme's where a file has one, both where a page follows its reader's."""

from __future__ import annotations

import re

import pytest

from engine.report.figures.colours import DARK, LIGHT
from engine.report.standings import style


def colours(text: str) -> dict[str, str]:
    """What each of the names stands for."""
    return dict(re.findall(r"--ov-(\w+): ((?:light-dark\([^)]*\)|[^;(]+));", text.partition("}")[0]))


@pytest.mark.parametrize(("dark", "page"), [(False, LIGHT), (True, DARK)])
def test_a_file_of_one_theme_has_its_colours_alone(dark: bool, page: object) -> None:
    found = colours(style(dark))
    names = ("text", "muted", "raised", "grid", "paper")
    assert [found[name] for name in names] == [getattr(page, name) for name in names]
    assert "light-dark" not in style(dark)


def test_a_page_has_each_colour_for_both_themes_because_its_reader_may_change_it_while_it_is_open() -> None:
    light, dark, both = colours(style(False)), colours(style(True)), colours(style())
    assert both == {name: f"light-dark({light[name]}, {dark[name]})" for name in light} and len(both) == 9
