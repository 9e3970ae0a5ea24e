"""Opening an exported run: a stranger's document, read and stored by a process of its own."""

from __future__ import annotations

from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import RunNotFound
from engine.model import Run, new_token
from pages.parts.shared.person import person
from pages.parts.shared.server import settings, store
from pages.parts.uploads.reading import read
from pages.parts.uploads.received import received


def opened(file: UploadedFile, most_mb: float) -> Run:
    """The run in an uploaded file, stored. Raises InputRefused; then nothing of it is left."""
    token, kept = new_token(), received(file, most_mb)
    try:
        read("Reading the run", "engine.report.documents.taking_in:import_file", kept.path, settings(), token)
    except BaseException:  # a click elsewhere ends the reading, too
        _delete(token)
        raise
    run = store().run(token)
    store().update_run(run, person=person())
    return run


def _delete(token: str) -> None:
    """Remove what a process that was ended had stored."""
    try:
        store().delete(store().run(token))
    except RunNotFound:  # it had not come so far
        return
