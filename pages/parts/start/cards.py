"""What can be tried with one click: a picture, what it does, about how long it takes here, and the way to one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from engine.config import usable_cpus
from engine.lab.running.runner import lab_plan
from engine.model import Plan, RunKind
from engine.runs.defaults import preset_for
from engine.runs.plans import SEQUENTIAL, comparison, demo_scrape_plan, grid
from engine.runs.resize_plans import demo_resize_plan
from engine.text import duration
from pages.menu import has_page
from pages.parts.resize.painting import painting
from pages.parts.resize.presets import PRESETS
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings, store
from pages.parts.shared.starting import begin, form_token, refusal, start_and_open
from pages.parts.shared.words import literal

PICTURES = Path(__file__).parents[2] / "pictures"


class Card(NamedTuple):
    """One thing to try: its form, title, picture with its words, what it does, its button, what that starts.

    `usual_s` is what it takes on two CPUs, told until it has run here; `page` is where one's own goes.
    """

    form: str
    title: str
    picture: str
    shows: str
    text: str
    button: str
    make: Callable[[str], Plan]
    usual_s: float
    page: str
    link: str
    workload: str
    kind: RunKind
    titled: str
    """What stands in the title of its runs."""
    has_preset: bool = False
    paints: bool = False
    """Whether its plan first paints the sample photos, where they are not there yet."""


def scrape(_token: str) -> Plan:
    """Every page of the demo shops."""
    return demo_scrape_plan(preset_for(store(), "scrape").configuration, settings())


def resize(_token: str) -> Plan:
    """The sample photos; the first ones are done while the others are being made."""
    configuration = preset_for(store(), "resize").configuration
    return demo_resize_plan(PRESETS["Gallery"], configuration, settings(), at_once=True)


def compare(_token: str) -> Plan:
    """The sample photos one after the other, on threads and on processes, three times each."""
    photos = demo_resize_plan(PRESETS["Gallery"], SEQUENTIAL, settings(), painting())
    return comparison(photos, grid(("threads", "processes"), (usable_cpus(),)), repeats=3)


def lose(_token: str) -> Plan:
    """The experiment about updates that are lost without a lock."""
    return lab_plan("sharing", "quick", ["lost_updates"])


CARDS = (
    Card(
        "demo:scrape", "Scrape prices", "prices.svg", "One product in three shops, the cheapest ringed",
        "Reads names and prices from pages of demo shops on this machine, with the troubles of real ones.",
        "Scrape the demo shops", scrape, 3.0, "scrape.py", "With my own pages", "scrape", "job", "demo shops", True,
    ),
    Card(
        "demo:resize", "Resize images", "photos.webp", "Three of the sample photos",
        "Makes web-sized copies of two dozen sample photos of 1 to 12 megapixels, and says what was saved.",
        "Resize the sample photos", resize, 3.0, "resize.py", "With my own photos", "resize", "job", "sample photos",
        True,
    ),
    Card(
        "demo:compare", "Compare executors", "speedup.svg", "Two bars with their uncertainty beside a plain one",
        "Resizes the sample photos one by one, on threads and on processes; says which is faster here, and how sure.",
        "Compare on the photos", compare, 25.0, "compare.py", "On my own work", "resize", "comparison",
        "sample photos", paints=True,
    ),
    Card(
        "demo:lock", "Lose an update", "lock.svg", "Two workers add one to seven, and eight is what is left",
        "Two workers count together without a lock: how many updates are lost here, and how, move by move.",
        "Measure lost updates", lose, 8.0, "sharing.py", "With my own guess first", "sharing", "experiment",
        "ost updates",
    ),
)  # fmt: skip


def cards() -> None:
    """Draw a card for each thing to try whose page is there."""
    shown = [card for card in CARDS if has_page(card.page)]
    for column, card in zip(st.columns(len(shown)), shown, strict=True):
        with column.container(border=True, height="stretch", gap="small", key=card.form.replace("demo:", "card_")):
            _card(card)


def _card(card: Card) -> None:
    st.image(PICTURES / card.picture, width="stretch", alt=card.shows)
    st.subheader(card.title, anchor=False)
    st.markdown(card.text)
    st.space("stretch")
    with guard(stop=False):
        st.caption(literal(_told(card)), help=_why(card))
    pressed = _button(card)
    st.page_link(card.page, label=card.link, icon=":material/arrow_forward:")
    refusal(card.form)
    if pressed and card.paints:
        with guard():
            start_and_open(card.form, form_token(card.form, True), card.make)


def _button(card: Card) -> bool:
    """Somebody waits for the run: it is started before the page is drawn again, but where that has to show how far
    the photos are."""
    look: dict[str, Any] = {"type": "primary", "icon": ":material/play_arrow:", "width": "stretch", "key": card.form}
    if not card.paints:
        given = (card.form, form_token(card.form, False), card.make)
        return st.button(card.button, on_click=begin, args=given, **look)
    pressed = st.button(card.button, **look)
    form_token(card.form, pressed)
    return pressed


def _told(card: Card) -> str:
    """How long it takes here, and how it is preset."""
    known = last_took_s(card)
    how_long = f"{duration(known)} here, last time" if known else f"about {card.usual_s:.0f} s on two idle CPUs"
    if not card.has_preset:
        return how_long
    preset = preset_for(store(), card.workload)
    return f"{how_long} · {preset.configuration.label} · {preset.origin}"


def _why(card: Card) -> str | None:
    return literal(preset_for(store(), card.workload).why) if card.has_preset else None


def last_took_s(card: Card) -> float | None:
    """How long the last run of this demo took on this machine; None before the first one."""
    for run in store().runs(limit=20, kind=card.kind, workload=card.workload):
        if run.state == "finished" and card.titled in run.title and run.started_at and run.ended_at:
            taken = datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)
            return taken.total_seconds() if taken >= timedelta() else None  # the clock was set back meanwhile
    return None
