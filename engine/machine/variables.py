"""Variables of a configuration's trials, written ``NAME=VALUE``: which names may be given, and how they are read.

They are stored with the run and stand in the configuration's name, so they are no place for passwords. On the lowest
floor, with the settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.config import PREFIX
from engine.errors import SettingRefused

OURS = ("PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONSAFEPATH", "TMPDIR", "TEMP", "TMP")
"""Names without which a trial does not find this engine, its own files, or its neighbours' locks."""
LONGEST = 500
"""Characters of one variable: more would be data, not a setting."""


def variables_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The variables, sorted by name. Raises SettingRefused, with the one that cannot be given."""
    found = {}
    for text in texts:
        name, given, _ = text.partition("=")
        if not given or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise SettingRefused(f"{text[:LONGEST]!r} is no variable: write it like OMP_NUM_THREADS=1.")
        if name.upper() in OURS or name.upper().startswith(PREFIX):
            raise SettingRefused(f"{name} cannot be given to a configuration: set it where you start the command.")
        if len(text) > LONGEST or not text.isprintable():
            raise SettingRefused(f"{name} has a value that cannot be given: up to {LONGEST} printable characters.")
        if name in found:
            raise SettingRefused(f"{name} was given twice: give it once.")
        found[name] = text
    return tuple(found[name] for name in sorted(found))


def as_variables(environment: Iterable[str]) -> dict[str, str]:
    """The variables by name."""
    return {name: value for name, _, value in (text.partition("=") for text in environment)}
