"""What stops a page or a click is a sentence that says what to do, also when it is the disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.model import Plan, Run, new_token
from engine.store import Store, folders
from pages.parts.run.again import run_again
from pages.parts.shared.guard import sentence_of
from tests.pages.conftest import Opened

Ended = Callable[[Plan], Run]
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FULL, "The disk is full: free some space"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/runs/x"), "/runs/x is gone"),
        (PermissionError(errno.EACCES, "Permission denied", "/runs/x"), "/runs/x cannot be used (Permission denied)"),
        (shutil.Error([("a", "b", "gone")]), "Not all files could be copied"),
    ],
)
def test_what_a_disk_does_is_told_in_a_sentence(error: OSError, said: str) -> None:
    assert said in sentence_of(error)


def test_a_guarded_page_shows_it_and_no_traceback() -> None:
    def page() -> None:
        import errno

        from pages.parts.shared.guard import guard

        with guard():
            raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert "The disk is full" in app.error[0].value


def test_run_again_on_a_full_disk_says_so_and_leaves_nothing_half_copied(
    opened: Opened, ended: Ended, store: Store, quick: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ended(quick)
    inputs = store.folder(run).inputs
    inputs.mkdir(parents=True, exist_ok=True)
    for name in ("a.jpg", "b.jpg"):
        (inputs / name).write_bytes(b"x")

    def link(source: str, target: str) -> str:
        if target.endswith("b.jpg"):
            raise FULL
        return str(shutil.copy2(source, target))

    monkeypatch.setattr(folders, "link", link)
    before = {path.name for path in store.settings.runs.iterdir()}
    app = opened("run.py", run=run.token)
    app.button(key="again").click().run()
    assert not app.exception and len(store.runs()) == 1
    assert any("could be copied" in item.value or "full" in item.value for item in app.error)
    assert {path.name for path in store.settings.runs.iterdir()} == before
    with pytest.raises(OSError):
        run_again(run, new_token())
