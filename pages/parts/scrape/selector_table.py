"""CSS selectors by shop on the scrape form: kept for later runs and the command line, and tried on one page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from engine.errors import InputRefused, TaskFailed
from engine.text import counted
from engine.workloads.web.price.layers import Layer, layers_of
from engine.workloads.web.price.selectors import checked, keep, kept, selector_for
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings
from pages.parts.shared.words import literal

COLUMNS = ("Host", "CSS selector")


def selector_table(example: str | None) -> dict[str, str]:
    """Draw the table of selectors and the test on one page; gives the selectors by host. `example` is a page to try."""
    st.caption(
        "Where a shop's price is not found, name the CSS selector of its element; leave the rest empty. "
        "Hosts are written without https://."
    )
    if "selectors" not in st.session_state:  # drawn for the first time, or anew by who comes back
        st.session_state["selectors:first"] = st.session_state.get("selectors:last", _kept_table())
    table = st.data_editor(
        st.session_state["selectors:first"],
        num_rows="dynamic",
        hide_index=True,
        key="selectors",
        alt="CSS selector of the price for a host",
    )
    st.session_state["selectors:last"] = table
    chosen = _chosen(table)
    if st.button("Keep for later runs", icon=":material/save:", key="keep_selectors", help=KEEPING):
        with guard(stop=False):
            keep(settings().home, chosen)
            st.toast(f"{counted(len(chosen), 'selector')} kept.", icon=":material/check:")
    _try(example, chosen)
    return chosen


def count_kept() -> int:
    """How many selectors the table holds, before it is drawn again."""
    table = st.session_state.get("selectors:last")
    table = _kept_table() if table is None else table
    return int(table.dropna().astype(str).map(lambda cell: bool(cell.strip())).all(axis=1).sum()) if len(table) else 0


KEEPING = "For every scrape of this server, from the app and from the command line."


def _kept_table() -> pd.DataFrame:
    found: Mapping[str, str] = {}
    with guard(stop=False):
        found = kept(settings().home)
    return pd.DataFrame({COLUMNS[0]: list(found), COLUMNS[1]: list(found.values())}, dtype="str")


def _chosen(table: pd.DataFrame) -> dict[str, str]:
    """The rows that are whole and can be used; what is wrong with others is shown."""
    found: dict[str, str] = {}
    for host, selector in table.itertuples(index=False):
        host, selector = ("" if pd.isna(cell) else str(cell).strip() for cell in (host, selector))
        if host and selector:
            with guard(stop=False):
                found.update([checked(host, selector)])
    return found


def _try(example: str | None, chosen: Mapping[str, str]) -> None:
    st.markdown("**Test on one page**: what each layer of the reader sees there.")
    address = st.text_input("Address of the page", value=example or "", key="try_address").strip()
    selector = selector_for(_host(address), chosen)
    st.caption(f"With the selector {literal(selector)}." if selector else "No selector is set for its host.")
    if st.button("Test", icon=":material/labs:", key="try_page", disabled=not address):
        st.session_state["layers"] = None
        with guard(stop=False):
            st.session_state["layers"] = (address, selector, _layers(address, selector))
    shown = st.session_state.get("layers")
    if shown and shown[:2] == (address, selector):
        _show(shown[2])


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # no address at all: the fetch says so
        return ""


def _layers(address: str, selector: str | None) -> list[Layer]:
    """Fetch one page through the same gate and manners as every other. Raises InputRefused with the reason."""
    from engine.workloads.web.fetching.fetch import Fetcher

    fetcher = Fetcher(settings(), workers=1)
    try:
        with st.spinner("Reading the page"):
            page = fetcher.fetch_waiting(address, 60)
            return layers_of(page.text, page.final_url, selector)
    except TaskFailed as failure:
        raise InputRefused(f"The page could not be read: {failure.message}") from None
    finally:
        fetcher.close()


def _show(layers: list[Layer]) -> None:
    rows = [
        (layer.layer, "" if layer.price is None else format(layer.price, "f"), layer.currency, layer.where, layer.score,
         layer.remark)
        for layer in layers
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows, columns=["Layer", "Price", "Currency", "Where", "Score", "Remark"]),
        hide_index=True,
        column_config={
            "Where": st.column_config.TextColumn(width=150),
            "Remark": st.column_config.TextColumn(width=280),
        },
        placeholder="",
        alt="What each layer of the reader saw",
        key="layers_table",
    )
