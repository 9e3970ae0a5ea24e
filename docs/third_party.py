"""Writes THIRD-PARTY.md: the packages that the app is installed with, and their licences as their authors state them.

    python docs/third_party.py             write it, from what is installed in this environment (requirements.txt)
    python docs/third_party.py --check     exit code 1 where the file is not up to date
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "THIRD-PARTY.md"
HEAD = """# Licences of the packages

Overlap itself is under the [MIT licence](LICENSE). It ships no code of others: `start.py` and pip install the packages
below from the package index, each with its own licence text. The list is made by `python docs/third_party.py` from what
the packages state of themselves.

Not among them, because it is installed only on request: `pillow-heif` (extra `heic`), whose wheels hold x265 under
GPL-2.0.

| package | version | licence |
|---|---|---|
"""
_CLASSIFIER = "License :: OSI Approved :: "


def locked() -> dict[str, str]:
    """Each package of requirements.txt and its version."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.\-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.MULTILINE))


def licence_of(package: Distribution) -> str:
    """What the package says: an SPDX expression, else its classifiers, else a short text."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classes = [value.removeprefix(_CLASSIFIER) for value in said.get_all("Classifier") or [] if _CLASSIFIER in value]
    if classes:
        return ", ".join(classes)
    text = " ".join(str(said.get("License") or "").split())
    return text if 0 < len(text) < 60 else "see its licence file"


def rows() -> Iterator[str]:
    """A line for each package. Raises PackageNotFoundError where one is not installed."""
    for name, version in sorted(locked().items()):
        yield f"| {name} | {version} | {licence_of(distribution(name))} |"


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(rows()) + "\n"


def main() -> int:
    """Write the page, or say that it is out of date."""
    try:
        made = page()
    except PackageNotFoundError as error:
        print(f"{error} is not installed here: run `python start.py install --dev` first.", file=sys.stderr)
        return 1
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == made else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
