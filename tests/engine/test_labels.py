"""A configuration's name in words."""

from __future__ import annotations

import pytest

from engine.model import Configuration

NAMES = {
    "/opt/pyenv/versions/3.13.0/bin/python": "Python 3.13.0",
    "/usr/bin/python3.13": "python3.13",
    "/usr/local/bin/python3": "usr/local",
    "/opt/shop/.venv/bin/python": "shop/.venv",
    "/opt/shop/.venv": "shop/.venv",
    r"C:\Users\Ada\shop\.venv\Scripts\python.exe": "shop/.venv",
    r"C:\Python313\python.exe": "C:/Python313",
    "python3": "python3",
    "/opt/pypy3/bin/pypy3": "pypy3",
}


@pytest.mark.parametrize("path", NAMES)
def test_another_python_goes_by_what_tells_it_apart(path: str) -> None:
    assert Configuration("threads", 8, python=path).label == f"threads × 8 ({NAMES[path]})"


def test_what_differs_from_the_default_stands_behind() -> None:
    assert Configuration("sequential", 1).label == "sequential"
    assert Configuration("processes", 2, "spawn", 5).label == "processes × 2 (spawn, chunks of 5)"
