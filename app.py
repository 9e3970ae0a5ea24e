"""The ASGI app that `streamlit run app.py` serves: the navigation script, and routes that stream files from disk."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.serving.access import Access
from pages.serving.forgetting import lifespan
from pages.serving.hosts import NamedHosts
from pages.serving.receiving import Receiving
from pages.serving.routes import ROUTES

HERE = Path(__file__).resolve().parent

os.umask(0o077)  # uploads and all else that is kept are for the server's user alone

guards = [Middleware(NamedHosts), Middleware(Access), Middleware(Receiving)]
app = st.App(HERE / "pages" / "navigation.py", routes=ROUTES, middleware=guards, lifespan=lifespan)
