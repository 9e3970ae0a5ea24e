"""The smaller commands: what they print and write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.workloads.shop import photos
from tests.engine.cli.conftest import ROOT, Cli


def test_the_sample_photos_are_copied_and_replace_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two samples: painting all takes seconds, and is tested with the samples themselves."""
    monkeypatch.setattr(photos, "PHOTOS", photos.PHOTOS[:2])
    folder = tmp_path / "new" / "photos"
    folder.mkdir(parents=True)
    (folder / photos.PHOTOS[0].name).write_text("mine", encoding="utf-8")
    assert cli("photos", folder).returncode == 0
    assert (folder / photos.PHOTOS[0].name).read_text(encoding="utf-8") == "mine"
    with Image.open(folder / photos.PHOTOS[1].name) as other:
        assert max(other.size) >= 1000
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_completes_in_each_shell(cli: Cli, shell: str) -> None:
    done = cli("completion", shell)
    assert done.returncode == 0
    assert f"_OVERLAP_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "at", "wanted"), [("overlap co", 1, "compare"), ("overlap resize --qual", 2, "--quality")]
)
def test_commands_and_options_are_completed(words: str, at: int, wanted: str) -> None:
    """As bash asks: what was typed so far, and which word of it is being typed."""
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(at), "_OVERLAP_COMPLETE": "bash_complete"}
    command = [sys.executable, str(ROOT / "overlap_command.py")]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True)
    assert f"plain,{wanted}" in done.stdout.splitlines(), done.stderr
