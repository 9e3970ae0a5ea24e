"""Lists of addresses read in a process of their own (`engine.machine.apart`):

what strangers wrote never meets the server.
"""

from __future__ import annotations

from pathlib import Path

from engine.config import Settings
from engine.errors import InputRefused, TaskFailed
from engine.workloads.web.lists.inputs import Inputs, from_text
from engine.workloads.web.lists.reading import AddressList, read_file
from engine.workloads.web.lists.sitemap import Harvest, read_sitemap


def pasted(text: str, settings: Settings) -> Inputs:
    """The addresses of pasted text."""
    return from_text(text, settings)


def file(path: Path, name: str, settings: Settings, column: int | None) -> AddressList:
    """The addresses of a file of any kind. Raises InputRefused."""
    with path.open("rb") as opened:
        return read_file(opened, name, settings, column)


def sitemap(url: str, settings: Settings) -> Harvest:
    """The pages of a sitemap, fetched through the same gate as every page. Raises InputRefused with the reason."""
    from engine.workloads.web.fetching.fetch import Fetcher

    fetcher = Fetcher(settings, workers=1)
    try:
        return read_sitemap(lambda address: fetcher.fetch_waiting(address, 60, "sitemap"), url, settings)
    except TaskFailed as failure:
        raise InputRefused(f"The sitemap could not be read: {failure.message}") from None
    finally:
        fetcher.close()
