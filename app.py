"""The ASGI app that `streamlit run app.py` serves: the navigation script, and routes that stream files from disk."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.routes import ROUTES

app = st.App(Path(__file__).resolve().parent / "pages" / "navigation.py", routes=ROUTES)
