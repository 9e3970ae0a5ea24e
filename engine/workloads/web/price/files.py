"""Saved pages: what would be read from .html and .html.gz files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.workloads.web.price.layers import layers_of
from engine.workloads.web.price.page import LARGEST_PAGE
from engine.workloads.web.price.product import Product
from engine.workloads.web.price.read import read_product


def read_files(
    paths: Iterable[str | Path], url: str | None = None, selector: str | None = None, layers: bool = False
) -> list[dict[str, Any]]:
    """What each saved page says, in order: the product's fields and `file`; `error` says why there is no price.

    `url` is the address from which the pages were saved, `selector` names the price's element; with `layers` each has
    what every layer saw. A gzip file is unpacked up to the largest page only. Raises nothing for an unreadable file.
    """
    return [read_file(Path(path), url, selector, layers) for path in paths]


def read_file(
    path: Path, url: str | None = None, selector: str | None = None, layers: bool = False
) -> dict[str, Any]:
    """What one saved page says."""
    data = _bytes_or_why(path)
    if isinstance(data, str):
        told = {"file": str(path), **Product(error=data, doubts=(data,)).plain()}
        return {**told, "layers": []} if layers else told
    told = {"file": str(path), **read_product(data, url, selector).plain()}
    return {**told, "layers": [layer.plain() for layer in layers_of(data, url, selector)]} if layers else told


def _bytes_or_why(path: Path) -> bytes | str:
    """What the file holds, or the sentence that says why it cannot be read."""
    try:
        return _bytes(path)
    except FileNotFoundError:
        return f"There is no file {path}: check its name."
    except (OSError, EOFError, zlib.error) as error:
        return f"The file {path} cannot be read: {error}."


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as unpacked:
                return unpacked.read(LARGEST_PAGE)
        file.seek(0)
        return file.read(LARGEST_PAGE)
