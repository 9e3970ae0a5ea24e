"""Errors that are meant for people, shown as one sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import OverlapError, StoreUnusable
from pages.parts.words import literal


@contextmanager
def guard(stop: bool = True) -> Iterator[None]:
    """Show what stops a page or an action as an error, and stop the page there unless `stop` is False.

    Streamlit's own signals (stop, rerun) are no errors and pass through.
    """
    try:
        yield
    except (StoreUnusable, SQLAlchemyError) as error:
        _unusable(sentence_of(error))
    except OverlapError as error:
        st.error(literal(sentence_of(error)), icon=":material/error:")
        if stop:
            st.stop()


def sentence_of(error: OverlapError | SQLAlchemyError) -> str:
    """What stopped a page or an action, for people."""
    if isinstance(error, SQLAlchemyError):
        return f"The database did not answer ({_first_line(error)}). Nothing is lost on disk: reload in a moment."
    return str(error)


def _unusable(sentence: str) -> None:
    st.error(literal(sentence), title="The runs cannot be read", icon=":material/database_off:")
    st.stop()


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
