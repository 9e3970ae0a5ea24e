"""Saved pages: what would be read from .html and .html.gz files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.web.price.page import LARGEST_PAGE
from engine.web.price.product import Product
from engine.web.price.read import read_product


def read_files(paths: Iterable[str | Path]) -> list[dict[str, Any]]:
    """What each saved page says, in order: the product's fields and `file`; `error` says why there is no price.

    A gzip file is unpacked up to the largest page only. Raises nothing for a file that cannot be read.
    """
    return [read_file(Path(path)) for path in paths]


def read_file(path: Path) -> dict[str, Any]:
    """What one saved page says."""
    try:
        data = _bytes(path)
    except FileNotFoundError:
        product = _failed(f"There is no file {path}: check its name.")
    except (OSError, EOFError, zlib.error) as error:
        product = _failed(f"The file {path} cannot be read: {error}.")
    else:
        product = read_product(data)
    return {"file": str(path), **product.plain()}


def _failed(sentence: str) -> Product:
    return Product(error=sentence, doubts=(sentence,))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as unpacked:
                return unpacked.read(LARGEST_PAGE)
        file.seek(0)
        return file.read(LARGEST_PAGE)
