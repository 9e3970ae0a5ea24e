"""The navigation script: the menu of `pages.menu`, and the frame around the page that is shown.

It runs first at every rerun; what stops a page is shown as a sentence.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import streamlit as st

from engine.runs import jobs
from pages.menu import PAGES
from pages.parts.components.theme import follow_theme
from pages.parts.shared.frame import frame
from pages.parts.shared.guard import guard
from pages.parts.shared.server import RUN, whole_store
from pages.parts.shared.signing_in import ask_to_sign_in, let_in, show_person
from pages.parts.shared.starting import show_next

HERE = Path(__file__).parent
# Addresses of pages on which a run can be started. (Streamlit would draw a text that stands here by itself.)
STARTING = ("", "scrape", "resize", "compare", "machine", "sharing")

st.set_page_config(page_title="Overlap", page_icon=str(HERE / "icon.svg"), layout="wide")
sections: dict[str, list[st.Page]] = {}
for entry in PAGES:
    sections.setdefault(entry.section, []).append(
        st.Page(
            HERE / entry.file,
            title=entry.title,
            icon=entry.icon,
            url_path=entry.address,
            default=entry is PAGES[0],
            visibility=entry.visibility,
        )
    )
st.logo(HERE / "wordmark.svg", size="large", icon_image=HERE / "icon.svg")
with guard():
    known = let_in()
page = st.navigation(sections if known else [st.Page(ask_to_sign_in, title="Sign in", icon=":material/login:")])
st.set_page_config(page_title=f"{page.title} · Overlap")
with guard():
    show_person()
    show_next()
    if page.url_path != "run" and RUN in st.query_params:  # a browser's way back leaves it in another page's address
        del st.query_params[RUN]
    page.run()
    frame()
    follow_theme()
    import_module("pages.parts.job.view")  # where a click leads: imported while the first page is being read
    if known and page.url_path in STARTING:
        jobs.get_ready(whole_store())
