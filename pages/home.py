"""Start: what this is, one-click runs on demo data, and the last runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from engine.config import usable_cpus
from engine.model import Plan
from engine.runs.defaults import preset_for
from engine.runs.plans import SEQUENTIAL, comparison, demo_resize_plan, demo_scrape_plan, grid
from pages.menu import has_page
from pages.parts.history.runs_table import recent
from pages.parts.resize.painting import painting
from pages.parts.resize.presets import PRESETS
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import form_token, start_and_open
from pages.parts.shared.words import literal


class Card(NamedTuple):
    """One thing to try: its form, title, icon, what it does, its button, what that starts; the page for one's own."""

    form: str
    title: str
    icon: str
    text: str
    button: str
    make: Callable[[str], Plan]
    page: str
    link: str
    workload: str | None
    """Of a job: what its preset is asked for, which stands on the card."""


def scrape(_token: str) -> Plan:
    """Every page of the demo shops."""
    return demo_scrape_plan(preset_for(store(), "scrape").configuration, settings())


def resize(_token: str) -> Plan:
    """The sample photos, made first where they are missing."""
    configuration = preset_for(store(), "resize").configuration
    return demo_resize_plan(PRESETS["Gallery"], configuration, settings(), painting())


def compare(_token: str) -> Plan:
    """The sample photos one after the other, on threads and on processes, three times each."""
    photos = demo_resize_plan(PRESETS["Gallery"], SEQUENTIAL, settings(), painting())
    return comparison(photos, grid(("threads", "processes"), (usable_cpus(),)), repeats=3)


# What can be tried with one click; a card is shown when its page is there.
CARDS = (
    Card(
        "demo:scrape",
        "Scrape prices",
        ":material/sell:",
        "Reads names, prices and currencies from the product pages of several demo shops on this machine, "
        "with the troubles of real ones.",
        "Scrape the demo shops",
        scrape,
        "scrape.py",
        "With my own pages",
        "scrape",
    ),
    Card(
        "demo:resize",
        "Resize images",
        ":material/photo_size_select_large:",
        "Makes web-sized copies of two dozen sample photos of 1 to 12 megapixels, and shows what was saved.",
        "Resize the sample photos",
        resize,
        "resize.py",
        "With my own photos",
        "resize",
    ),
    Card(
        "demo:compare",
        "Compare executors",
        ":material/balance:",
        "Resizes the sample photos one after the other, on threads and on processes, several times in random order, "
        "and says which is faster here, and how sure that is.",
        "Compare on the sample photos",
        compare,
        "compare.py",
        "On my own work",
        None,
    ),
)

st.title("Overlap", anchor=False, icon=":material/layers:")
st.markdown(
    "Scrape prices from lists of shop pages and resize batches of photos, many at a time, and watch it happen. "
    "Then measure threads against processes on your own work, and choose by what this machine shows."
)
cards = [card for card in CARDS if has_page(card.page)]
for column, card in zip(st.columns(len(cards)), cards, strict=True):
    with column.container(border=True, height="stretch"):
        st.subheader(card.title, anchor=False, icon=card.icon)
        st.write(card.text)
        st.space("stretch")
        if card.workload:
            with guard(stop=False):
                suggested = preset_for(store(), card.workload)
                how = f"{suggested.configuration.label} · {suggested.origin}"
                st.caption(literal(how), help=literal(suggested.why))
        pressed = st.button(card.button, type="primary", icon=":material/play_arrow:", key=card.form, width="stretch")
        token = form_token(card.form, pressed)
        if pressed:
            with guard():
                start_and_open(card.form, token, card.make)
        st.page_link(card.page, label=card.link)

st.subheader("Last runs", anchor=False)
recent()
