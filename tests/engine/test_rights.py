"""Who may read what a run leaves: its owner alone, but for results that were asked for in another folder."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from engine.model import Configuration
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from tests.engine.support import started
from tests.engine.workloads.images.pictures import photo

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders from others.")


@pytest.mark.parametrize(("rights", "expected"), [(0o755, 0o644), (0o700, 0o600), (0o775, 0o664)])
def test_the_home_is_closed_and_results_elsewhere_are_as_open_as_their_folder(
    rights: int, expected: int, store: Store, tmp_path: Path
) -> None:
    source, target = tmp_path / "photo.jpg", tmp_path / "out"
    photo(64, 48, 1).save(source)
    target.mkdir()
    target.chmod(rights)
    before = os.umask(0o022)
    try:
        plan = resize_plan([source], Resizing(("32",)), Configuration("processes", 1), store.settings, target)
        run = started(store, plan)
    finally:
        os.umask(before)
    assert (run.state, run.ok) == ("finished", 1), run.message
    (result,) = [path for path in target.rglob("*.jpg")]
    assert stat.S_IMODE(result.stat().st_mode) == expected
    home = [store.settings.home, *store.settings.home.rglob("*")]
    assert len(home) > 5
    assert [str(path) for path in home if path.stat().st_mode & 0o077] == []
