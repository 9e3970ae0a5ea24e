"""Prints what changed in this version: its section of CHANGELOG.md, for the notes of a release.

    python docs/release_notes.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine import __version__  # noqa: E402


def notes(version: str = __version__) -> str:
    """The section of a version. Raises SystemExit where there is none."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)}(?:,[^\n]*)?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"CHANGELOG.md has no section {version}.")
    return found[1].strip()


if __name__ == "__main__":
    print(notes())
