"""Opening an exported run: a stranger's document, read and stored by a process of its own."""

from __future__ import annotations

from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import RunNotFound
from engine.model import Run, new_token
from pages.parts.shared.launching import one_at_a_time, with_a_share
from pages.parts.shared.server import settings, store
from pages.parts.uploads.reading import read
from pages.parts.uploads.received import received


def opened(file: UploadedFile, most_mb: float) -> Run:
    """The run in an uploaded file, stored as its reader's own. Raises InputRefused; then nothing of it is left."""
    with one_at_a_time():
        who = with_a_share()
        token, kept = new_token(), received(file, most_mb)
        try:
            read("Reading the run", "engine.report.documents.taking_in:import_file", kept.path, settings(), token, who)
        except BaseException:  # a click elsewhere ends the reading, too
            _delete(token)
            raise
        return store().run(token)


def _delete(token: str) -> None:
    """Remove what a process that was ended had stored."""
    try:
        store().delete(store().run(token))
    except RunNotFound:  # it had not come so far
        return
