"""Every page of the app in one table: a new page is a file and a line here."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Entry(NamedTuple):
    """One page: the menu's section, its file, its title, its icon and its address (the first page's is / alone)."""

    section: str
    file: str
    title: str
    icon: str
    address: str
    visibility: Literal["visible", "hidden"] = "visible"


PAGES = (
    Entry("", "home.py", "Start", ":material/home:", "start"),
    Entry("Do", "scrape.py", "Scrape prices", ":material/sell:", "scrape"),
    Entry("Do", "resize.py", "Resize images", ":material/photo_size_select_large:", "resize"),
    Entry("Decide", "compare.py", "Compare executors", ":material/balance:", "compare"),
    Entry("Learn", "machine.py", "Threads and processes here", ":material/speed:", "machine"),
    Entry("Learn", "sharing.py", "Sharing data", ":material/swap_horiz:", "sharing"),
    Entry("This server", "history.py", "History", ":material/history:", "history"),
    Entry("This server", "server.py", "About this server", ":material/dns:", "server"),
    Entry("This server", "run.py", "Run", ":material/play_circle:", "run", "hidden"),
)


def has_page(file: str) -> bool:
    """Whether the app has the page that this file draws."""
    return any(entry.file == file for entry in PAGES)
