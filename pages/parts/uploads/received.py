"""A file that somebody gave to an uploader: where it lies on this server's disk.

Nothing of it is in memory (`pages.serving.receiving`); it lies there until it is taken out of the form or its session
ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import InputRefused
from engine.machine import private


@dataclass(frozen=True, slots=True)
class Received:
    """An uploaded file: the name that its user's browser gives it, bytes, and where it lies."""

    name: str
    size: int
    path: Path
    kept: Any = field(default=None, repr=False, compare=False)
    """What the file goes with: it stays as long as this is held."""


def received(file: UploadedFile, limit_mb: float) -> Received:
    """The file behind an uploader's value. Raises InputRefused where it was not taken, or is larger than it may be."""
    data = _data_of(file)
    if getattr(data, "refusal", None):
        raise InputRefused(data.refusal)
    if file.size > limit_mb * (1 << 20):
        raise InputRefused(f"{file.name} is larger than {limit_mb:,.0f} MB, the most that is taken here.")
    path: Path | None = getattr(data, "path", None)
    if path is None:  # it did not come through a browser
        path = _elsewhere() / file.file_id
        if not path.exists():
            path.write_bytes(file.getvalue())
    return Received(file.name, file.size, path, data)


def _data_of(file: UploadedFile) -> Any:
    """What Streamlit keeps of an upload; only that can be trusted to say where it lies."""
    context = get_script_run_ctx()
    if context is None:
        return None
    return next((found.data for found in context.uploaded_file_mgr.get_files(context.session_id, [file.file_id])), None)


@lru_cache(maxsize=1)
def _elsewhere() -> Path:
    return private.scratch_folder("received")
