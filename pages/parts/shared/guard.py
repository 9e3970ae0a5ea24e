"""Errors that are meant for people, shown as one sentence instead of a traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import OverlapError, StoreUnusable
from pages.parts.shared.words import literal


@contextmanager
def guard(stop: bool = True) -> Iterator[None]:
    """Show what stops a page or an action as an error, and stop the page there unless `stop` is False.

    Streamlit's own signals (stop, rerun) are no errors and pass through.
    """
    try:
        yield
    except (StoreUnusable, SQLAlchemyError) as error:
        _unusable(sentence_of(error))
    except (OverlapError, OSError) as error:
        st.error(literal(sentence_of(error)), icon=":material/error:")
        if stop:
            st.stop()


def sentence_of(error: OverlapError | SQLAlchemyError | OSError) -> str:
    """What stopped a page or an action, for people."""
    if isinstance(error, OSError):
        return _of_a_file(error)
    if isinstance(error, SQLAlchemyError):
        return f"The database did not answer ({_first_line(error)}). Nothing is lost on disk: reload in a moment."
    return str(error)


def _of_a_file(error: OSError) -> str:
    """What a disk that is full, or a run that was deleted meanwhile, does to a click."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: free some space, and try again. Nothing that was finished is lost."
    if isinstance(error, FileNotFoundError):
        return f"{error.filename or 'A file'} is gone: its run may have been deleted meanwhile. Reload the page."
    if error.strerror is None:  # shutil's: a list of every file that could not be copied
        return "Not all files could be copied: the run that they belong to may have been deleted. Reload the page."
    return f"{error.filename or 'A file'} cannot be used ({error.strerror}): check its folder and rights."


def _unusable(sentence: str) -> None:
    st.error(literal(sentence), title="The runs cannot be read", icon=":material/database_off:")
    st.stop()


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
