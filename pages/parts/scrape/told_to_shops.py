"""What shops are told by a scrape, on its form: languages, the program's name, and what was read of them before."""

from __future__ import annotations

import streamlit as st

from engine.text import counted
from engine.workloads.web.manners import LONGEST_AGENT, LONGEST_LANGUAGE, Manners
from pages.parts.scrape.selector_table import count_kept
from pages.parts.shared.words import literal


def told_title(anew: bool) -> str:
    """The section's title with what is set in it: its widgets' values are known before they are drawn again."""
    state = st.session_state
    told = [literal(str(state[key])[:30]) for key in ("language", "user_agent") if state.get(key)]
    fetches_all = anew or not state.get("revalidate", True)
    again = "every page fetched anew" if fetches_all else "unchanged pages not fetched again"
    chosen = count_kept()
    selectors = f"{counted(chosen, 'price selector')}" if chosen else "no price selector"
    return f"What shops are told: {' · '.join([*told, again, selectors])}"


def told_to_shops(anew: bool) -> tuple[Manners, bool]:
    """Draw the fields; gives what shops are told, and whether only pages that changed are fetched, which is not asked
    where all are fetched `anew`. Raises InputRefused.
    """
    left, right = st.columns(2)
    language = left.text_input(
        "Language", key="language", placeholder="de-DE, or de-AT, de;q=0.8", max_chars=LONGEST_LANGUAGE,
        persist_state="session", help="Sent as Accept-Language: many shops choose texts and currency by it.",
    )  # fmt: skip
    user_agent = right.text_input(
        "User-Agent", key="user_agent", placeholder="Overlap’s own", max_chars=LONGEST_AGENT, persist_state="session",
        help="The name that shops are told. robots.txt is still asked for “Overlap”.",
    )  # fmt: skip
    if anew:
        return Manners(language, user_agent), False
    revalidate = st.checkbox(
        "Fetch only pages that changed since they were read last", value=True, key="revalidate",
        persist_state="session",
        help="Shops that mark versions of their pages (ETag, Last-Modified) answer that one is unchanged; its row then "
        "says what was read before, and when.",
    )  # fmt: skip
    return Manners(language, user_agent), revalidate
