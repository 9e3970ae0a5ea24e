"""Where the pages of a scrape come from, and what will happen to them: demo shops, pasted text, a file or a sitemap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from engine.model import Configuration
from engine.text import counted
from engine.workloads.shop.addresses import demo_urls
from engine.workloads.web.lists.estimate import Estimate, estimate
from engine.workloads.web.lists.inputs import Inputs, LeftOut, from_text
from engine.workloads.web.lists.reading import AddressList
from engine.workloads.web.lists.sitemap import Harvest
from engine.workloads.web.manners import OURS, Manners
from pages.parts.resize.image_inputs import literal_name
from pages.parts.scrape.selector_table import selector_table
from pages.parts.scrape.told_to_shops import told_title, told_to_shops
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings
from pages.parts.shared.words import duration, literal
from pages.parts.uploads.reading import read, read_once
from pages.parts.uploads.received import Received, received
from pages.parts.uploads.spool import spool
from pages.parts.uploads.uploaded import offer, remember

LARGEST_LIST_MB = 50
READER = "engine.workloads.web.lists.apart"
LISTS = ["txt", "md", "csv", "tsv", "xml", "rss", "atom", "html", "htm", "gz"]
"""Endings of files that may be uploaded; what is in them decides how they are read."""
SHORT = 50_000
"""Characters of pasted text that are read at once, in a moment; more go to a process of their own."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages that are chosen; `selectors` maps a host to the CSS selector of its price, `manners` are what shops
    are told, and with `revalidate` they are asked only for pages that changed.

    `keep` puts an uploaded list into a run's folder of inputs, for who comes back to the form.
    """

    urls: tuple[str, ...]
    demo: bool = False
    left_out: tuple[LeftOut, ...] = ()
    sentences: tuple[str, ...] = ()
    selectors: Mapping[str, str] = field(default_factory=dict)
    manners: Manners = OURS
    revalidate: bool = False
    keep: Callable[[Path], None] | None = None

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self.urls)


def choose_pages(anew: bool = False, label: str = "Pages from") -> Pages | None:
    """Draw the choice of source and its input; None while there is nothing to read.

    `anew` says that all pages are fetched anyway, so that nothing is asked about those that did not change.
    """
    chosen = st.segmented_control(
        label,
        list(SOURCES),
        default="Demo shops",
        required=True,
        key="pages_from",
        persist_state="session",
        wrap=True,
    )
    found: Pages | None = None
    with guard(stop=False):
        found = SOURCES[str(chosen or "Demo shops")](anew)
    return found


def _demo(_anew: bool) -> Pages:
    urls = tuple(demo_urls())
    st.caption(f"{len(urls)} product pages of shops on this machine, with the troubles of real ones: no network.")
    return Pages(urls, demo=True)


def _pasted(anew: bool) -> Pages | None:
    text = st.text_area(
        "Addresses, one a line", key="addresses", height=200, placeholder="https://shop.example/product/1",
        persist_state="session",
    )  # fmt: skip
    if not text.strip():
        return None
    if len(text) <= SHORT:
        return _chosen(from_text(text, settings()), anew)
    found = read_once("pasted", "Reading the addresses", "engine.workloads.web.lists.apart:pasted", text, settings())
    return _chosen(found, anew)


def _file(anew: bool) -> Pages | None:
    file = st.file_uploader(
        "List of addresses", LISTS, key="upload:list", max_upload_size=LARGEST_LIST_MB,
        help="Text, a table with a column of addresses, a sitemap, a feed or a saved page.",
    )  # fmt: skip
    if file is not None:
        given = received(file, LARGEST_LIST_MB)
        return replace(_listed(given.name, given.path, anew), keep=partial(_keep, given))
    found = offer("list", "list")
    if found is None:
        return None
    given = Received(found.title, found.size, found.folder / found.names[0])
    return replace(_listed(given.name, given.path, anew), keep=partial(_keep, given))


def _keep(given: Received, inputs: Path) -> None:
    remember("list", literal_name(given.name), spool([(given.name, given.path)], inputs), inputs)


def _listed(name: str, path: Path, anew: bool) -> Pages:
    """The addresses of a list. Raises InputRefused, also for a table without any."""
    listed = _read(name, path, None)
    if len(listed.columns) > 1:
        headings = [column.name for column in listed.columns]
        index = st.selectbox(
            "Column",
            range(len(headings)),
            index=headings.index(str(listed.column)),
            format_func=lambda at: f"{headings[at] or 'unnamed'} ({listed.columns[at].addresses:,} addresses)",
            key="column",
        )
        listed = _read(name, path, listed.columns[index].index)
    for sentence in listed.told:
        st.caption(literal(sentence))
    if listed.sitemaps:
        st.warning(
            f"This is an index of {counted(len(listed.sitemaps), 'sitemap')}, whose pages are elsewhere: give its "
            "address under “Sitemap”, and they are read.",
            icon=":material/account_tree:",
        )
    return _chosen(listed.inputs, anew)


def _read(name: str, path: Path, column: int | None) -> AddressList:
    """What is in a list, read once for each column that is chosen."""
    arguments = (path, name, settings(), column)
    found: AddressList = read_once(f"list:{column}", "Reading the list", f"{READER}:file", *arguments)
    return found


def _sitemap(anew: bool) -> Pages | None:
    with st.form("sitemap_form", border=False):
        url = st.text_input(
            "Address of the sitemap",
            key="sitemap",
            placeholder="https://shop.example/sitemap.xml",
            persist_state="session",
        )
        asked = st.form_submit_button("Read the sitemap", icon=":material/account_tree:")
    if asked and url.strip():
        st.session_state["harvest"] = _harvest(url.strip())
    harvest: Harvest | None = st.session_state.get("harvest")
    if harvest is None:
        return None
    st.caption(f"{counted(harvest.sitemaps, 'sitemap')} read, {counted(len(harvest.inputs.urls), 'page')} found.")
    for problem in harvest.problems:
        st.warning(literal(problem))
    return _chosen(harvest.inputs, anew)


def _harvest(url: str) -> Harvest:
    """Fetch and read a sitemap and what it names. Raises InputRefused with the reason."""
    own = settings()
    secrets = own.secrets(["proxy"])
    found: Harvest = read("Reading the sitemap", f"{READER}:sitemap", url, own, times=2, secrets=secrets)
    return found


def _chosen(inputs: Inputs, anew: bool) -> Pages:
    with st.expander(told_title(anew), icon=":material/code:", key="more"):
        manners, revalidate = told_to_shops(anew)
        selectors = selector_table(inputs.urls[0] if inputs.urls else None)
    left_out = (*inputs.rubbish, *inputs.duplicates)
    return Pages(tuple(inputs.urls), False, left_out, inputs.sentences, selectors, manners, revalidate)


SOURCES: dict[str, Callable[[bool], Pages | None]] = {
    "Demo shops": _demo,
    "Paste addresses": _pasted,
    "Upload a list": _file,
    "Sitemap": _sitemap,
}
"""Where pages can come from, in the order shown: the first works offline at the first click."""


def show_preview(pages: Pages, configuration: Configuration) -> None:
    """Say what will happen before it does: hosts, pages a host, shortest time, useful workers, what is left out."""
    with st.container(border=True):
        st.subheader("What will happen", anchor=False)
        if pages.demo:
            shops: dict[str, int] = {}
            for url in pages.urls:
                shop = url.split("/")[1]
                shops[shop] = shops.get(shop, 0) + 1
            _hosts("shop", tuple(shops.items()))
            st.caption("The demo shops start with the run and stop with it; they set no limit to the pace.")
        elif pages.urls:
            _polite(estimate(pages.urls, settings()), configuration)
        else:
            st.warning(
                "There is no web address in this, so there is nothing to scrape: addresses begin with https:// or "
                "http://, one a line.",
                icon=":material/link_off:",
            )
        _left_out(pages)


def _polite(found: Estimate, configuration: Configuration) -> None:
    own = settings()
    if found.blocked:
        st.warning(
            f"{found.blocked:,} of the addresses will be blocked, because they are private or no web shop's port; "
            "what follows is without them.",
            icon=":material/block:",
        )
    if not found.hosts:
        return
    _hosts("host", found.per_host)
    if found.slowest_host:
        st.markdown(
            f"**At least {duration(found.shortest_s)}**, because requests to one host start {own.host_gap_s:g} s apart "
            f"or more: {literal(found.slowest_host)} takes longest."
        )
    st.markdown(f"More than **{counted(found.workers_useful, 'worker')}** would gain nothing.")
    if configuration.workers > found.workers_useful:
        st.caption(f"{literal(configuration.label)} is chosen: the workers above that will wait.")
    st.caption("robots.txt is obeyed, and private addresses are not fetched.")


def _hosts(noun: str, counts: tuple[tuple[str, int], ...]) -> None:
    pages = sum(count for _, count in counts)
    st.markdown(f"**{counted(pages, 'page')}** of **{counted(len(counts), noun)}**.")
    st.dataframe(
        pd.DataFrame(counts, columns=[noun.capitalize(), "Pages"]),
        hide_index=True,
        height=min(38 + 35 * len(counts), 250),
        alt=f"Pages of each {noun}",
        key="hosts",
    )


def _left_out(pages: Pages) -> None:
    for sentence in pages.sentences:
        st.markdown(f":material/info: {literal(sentence)}")
    if pages.left_out:
        with st.expander("What was left out, and why", key="left_out"):
            st.dataframe(
                pd.DataFrame(
                    [(item.place, item.text, item.why) for item in pages.left_out[:1000]],
                    columns=["Entry", "Text", "Why"],
                ),
                hide_index=True,
                alt="Entries that were left out",
                key="left_out_table",
            )
