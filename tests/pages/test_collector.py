"""What modules bring is looked through once, not after every run of a page."""

from __future__ import annotations

import gc
import sys
import types

import pytest

from pages.parts.collector import freeze_modules
from tests.pages.conftest import Opened


def test_after_a_page_the_collector_has_little_left_to_look_through(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    gc.unfreeze()
    monkeypatch.setattr("pages.parts.collector._modules", 0)
    opened("home.py")
    assert gc.get_freeze_count() > 10 * len(gc.get_objects())


def test_without_a_new_module_nothing_more_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    freeze_modules()
    before = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]  # type: list[list[int]]
    freeze_modules()
    assert gc.get_freeze_count() <= before  # an object set aside before may be gone by now
    monkeypatch.setitem(sys.modules, "another_module_that_came", types.ModuleType("another_module_that_came"))
    freeze_modules()
    assert gc.get_freeze_count() > before + len(kept) / 2
