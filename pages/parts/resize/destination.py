"""Where the results of a resize go, and what may be replaced there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import streamlit as st

from engine.text import counted
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.sources import RESULTS, new_results_folder
from engine.workloads.images.sets.targets import CHOICES, Choice, Overwriting
from pages.parts.resize.image_inputs import Pictures
from pages.parts.resize.storage import are_on, choose_target, target_now
from pages.parts.shared.words import literal

PLACES = {
    "new": "A new folder beside the originals",
    "beside": "Beside each original, with a suffix",
    "download": "To download only",
    "address": "To a storage address",
}
OVERWRITING = {"never": "Never", "ask": "Ask me", "all": "All of them"}
USUAL_NAME, SUFFIXED_NAME = "{stem}.{ext}", "{stem}-small.{ext}"


class Asked(Exception):
    """Some results exist already, and the user wants to be asked about them."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = list(names)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where results go: one of PLACES; and whether with a gallery page. `agreed` is the answer, once it was asked."""

    place: str = "download"
    overwrite: Choice = "never"
    html: bool = False
    agreed: bool | None = None
    address: str = ""

    @property
    def beside(self) -> bool:
        """Whether results lie beside their originals."""
        return self.place == "beside"

    def folder(self, pictures: Pictures) -> Path | None:
        """The folder of the server in which results go; None for the run's own."""
        if pictures.folder is None or self.place in ("download", "address"):
            return None
        now = datetime.now(UTC).astimezone()
        return pictures.folder if self.beside else new_results_folder(pictures.folder, now)

    def named(self, resizing: Resizing) -> Resizing:
        """The options with names that tell results from originals, where both lie in one folder."""
        usual = self.beside and resizing.name == USUAL_NAME
        return replace(resizing, name=SUFFIXED_NAME) if usual else resizing

    @property
    def overwriting(self) -> Overwriting:
        """What may be replaced. Raises Asked while the user has not answered."""
        return Overwriting(self.overwrite, self._answer)

    def _answer(self, names: Sequence[str]) -> Collection[str]:
        if self.agreed is None:
            raise Asked(names)
        return names if self.agreed else ()


def choose_destination(pictures: Pictures | None) -> Destination:
    """Draw the choice of place, where there are several: a server's folder, addresses that the configuration has."""
    place, overwrite, address = _place(pictures), "never", ""
    places = _places(pictures)
    with st.expander(_title(pictures), icon=":material/drive_folder_upload:", key="destination"):
        if len(places) > 1:
            place = st.radio(
                "Write them", places, format_func=PLACES.__getitem__, key=_key(pictures), persist_state="session",
                help=f"A new folder is made in {RESULTS}/. Originals are never replaced.",
            )  # fmt: skip
        if place == "address":
            address = choose_target()
        if place == "beside":
            st.caption(f"Where Names says nothing else, `photo.jpg` becomes `{SUFFIXED_NAME}`.")
        if place in ("beside", "address"):
            choices = [one for one in CHOICES if one != "ask" or place == "beside"]  # a store is not asked beforehand
            overwrite = st.segmented_control(
                "Replace files that are there already", choices, default="never", required=True,
                format_func=OVERWRITING.__getitem__, key=f"overwrite{'' if place == 'beside' else ':address'}",
                persist_state="session",
            )  # fmt: skip
        html = place != "address" and st.toggle(
            "With a gallery page", key="html", persist_state="session",
            help="One file, gallery.html, beside the results and in the ZIP: every picture, and HTML with srcset to "
            "copy. No script.",
        )  # fmt: skip
    chosen: Choice = next((one for one in CHOICES if one == overwrite), "never")
    return Destination(place, chosen, html, address=address)


def _places(pictures: Pictures | None) -> list[str]:
    """Where results of these pictures can go, the usual place first."""
    if pictures is None:
        return ["download"]
    elsewhere = ["address"] if are_on() else []
    if pictures.address:
        return [*elsewhere, "download"]
    return ["new", "beside", "download", *elsewhere] if pictures.folder is not None else ["download", *elsewhere]


def _key(pictures: Pictures | None) -> str:
    """The choice's key: what can be chosen differs by where pictures come from."""
    if pictures is not None and pictures.folder is not None:
        return "place"
    return "place:address" if pictures is not None and pictures.address else "place:here"


def _place(pictures: Pictures | None) -> str:
    """What is chosen, before it is drawn again."""
    places = _places(pictures)
    chosen = st.session_state.get(_key(pictures)) if len(places) > 1 else None
    return str(chosen) if chosen in places else places[0]


def _title(pictures: Pictures | None) -> str:
    """The section's title with what is set in it: its widgets' values are known before they are drawn again."""
    chosen = _place(pictures)
    place = PLACES[chosen] if chosen != "address" else f"To {literal(target_now())}"
    page = ", with a gallery page" if st.session_state.get("html") and chosen != "address" else ""
    return f"Results: {place[0].lower()}{place[1:]}{page}"


def ask(names: Sequence[str]) -> bool | None:
    """Show which results exist already, and give the answer when it is clicked."""
    shown = ", ".join(literal(name) for name in names[:5]) + (" …" if len(names) > 5 else "")
    with st.container(border=True, key="overwrite_question"):
        st.markdown(f"{counted(len(names), 'result')} would meet a file that is there already: {shown}")
        with st.container(horizontal=True):
            if st.button("Replace them", key="overwrite_yes"):
                return True
            if st.button("Leave them as they are", key="overwrite_no"):
                return False
    return None


def keep_question(names: Sequence[str] | None) -> None:
    """Remember what is to be asked, or that nothing is."""
    if names is None:
        st.session_state.pop("overwrite_asked", None)
    else:
        st.session_state["overwrite_asked"] = list(names)


def question() -> list[str] | None:
    """What is to be asked about."""
    names = st.session_state.get("overwrite_asked")
    return list(names) if names else None


def rerun_with(names: Sequence[str]) -> NoReturn:
    """Draw the page anew with the question on it."""
    keep_question(names)
    st.rerun()
