"""Scrape prices: choose pages, see what will happen, start."""

from __future__ import annotations

import streamlit as st

from engine.model import Plan
from engine.runs.plans import demo_scrape_plan, scrape_plan
from engine.text import counted
from pages.parts.scrape.url_inputs import choose_pages, show_preview
from pages.parts.shared.guard import guard
from pages.parts.shared.how_to_run import how_to_run
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import form_token, start_and_open

st.title("Scrape prices", anchor=False, icon=":material/sell:")
st.caption("Reads name, price, currency and availability from lists of shops' product pages, politely and in parallel.")

left, right = st.columns([3, 2], gap="medium")
with left:
    pages = choose_pages(label="**1** · Pages from")
    st.markdown("**2** · Check what will happen")
    configuration = how_to_run("scrape")
    line = st.container(horizontal=True, vertical_alignment="center")
    line.markdown("**3** · Start", width="content")
    started = line.button(
        f"Scrape {counted(pages.count, 'page')}" if pages and pages.count else "Scrape",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not pages or not pages.count,
        key="start",
    )
token = form_token("scrape", started)


def plan(token: str) -> Plan:
    """The chosen pages as tasks."""
    assert pages is not None
    if pages.keep is not None:
        pages.keep(store().folder(token).inputs)
    if pages.demo:
        return demo_scrape_plan(configuration, settings())
    return scrape_plan(
        pages.urls, configuration, settings(), pages.selectors, manners=pages.manners, revalidate=pages.revalidate
    )


if started and pages is not None:
    with guard():
        start_and_open("scrape", token, plan)
with right:
    if pages is not None:
        show_preview(pages, configuration)
