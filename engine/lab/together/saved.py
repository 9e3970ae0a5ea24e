"""Saved results from files that anybody may have written, read in a process of their own (`engine.machine.apart`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import InputRefused
from engine.lab import Lab
from engine.lab.together.compare import check_document


def read_files(files: Sequence[tuple[Path, str]], which: Lab) -> tuple[list[dict[str, Any]], list[str]]:
    """The documents of this lab in these files, and for each other file, in a sentence, why it is none."""
    documents: list[dict[str, Any]] = []
    problems: list[str] = []
    for path, name in files:
        try:
            documents.append(_read(path, name, which))
        except InputRefused as refused:
            problems.append(str(refused))
    return documents, problems


def _read(path: Path, name: str, which: Lab) -> dict[str, Any]:
    try:
        found = check_document(json.loads(path.read_bytes()), name)
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"{name} is no JSON file ({error}).") from None
    except OSError as error:
        raise InputRefused(f"{name} is no longer on this server ({error.strerror}): load it again.") from None
    if found["lab"] != which:
        raise InputRefused(f"{name} holds results of “{found['lab']}”: load it on that page.")
    return found
