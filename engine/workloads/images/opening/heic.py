"""HEIC, through an optional package: which one serves, or in words why none does.

Decoders of HEIC are C++ that strangers' bytes reach, and holes in them were used to run code (libheif's and
libde265's advisories of August and September 2026). Packages bring their own copies, so a package that is there is
used only if the libraries inside it are new enough.

pillow-heif is the one that is kept up. Its own code is BSD-3-Clause; its wheels hold libheif and libde265 (LGPL-3.0)
and the encoder x265 (GPL-2.0), which makes the wheels GPL-2.0: hence optional, never shipped with this project and
installed by whoever wants it. pi-heif was the same without x265, LGPL-3.0; its last release (1.4.0) holds the holes.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

INSTALL = 'pip install "pillow-heif>=1.8.1"'
"""The command that a refusal names; the extra `heic` asks for the same."""

MODULES = ("pillow_heif", "pi_heif")
"""Packages that can serve, the preferred first; both are one code base with the same functions."""

_LEAST = {"libheif": (1, 23, 5), "libde265": (1, 1, 3)}
"""The releases that closed the last holes rated high (libheif's release notes, September 2026)."""

_OFF = ("THUMBNAILS", "DEPTH_IMAGES", "AUX_IMAGES")
"""What else a file may hold: not looked at, so less of a stranger's bytes is parsed."""


@cache
def serving() -> tuple[str | None, str | None]:
    """The module that opens HEIC here, registered with Pillow, and None; or None and why there is none, a sentence."""
    refusal = f"This is a HEIC picture, which needs an optional package: {INSTALL}, and start again."
    for name in MODULES:
        try:
            module: Any = import_module(name)
        except ImportError:
            continue
        weak = too_old(module.libheif_info())
        if weak is None:
            _register(module)
            return name, None
        refusal = f"This is a HEIC picture, and the decoder installed here ({weak}) has known holes: {INSTALL}."
    return None, refusal


def too_old(info: dict[str, Any]) -> str | None:
    """Which library of `libheif_info` is older than it must be, such as ``libheif 1.23.0``; None where none is."""
    texts = {"libheif": info.get("libheif", ""), **info.get("decoders", {})}
    for name, least in _LEAST.items():
        if name in texts:
            found = re.search(r"(\d+)\.(\d+)\.(\d+)", str(texts[name]))
            version = tuple(map(int, found.groups())) if found else (0, 0, 0)
            if version < least:
                return f"{name} {'.'.join(map(str, version))}"
    return None


def _register(module: Any) -> None:
    # The workers are the parallelism: a decoder with threads of its own would take another worker's core.
    module.options.DECODE_THREADS = 1
    for option in _OFF:
        setattr(module.options, option, False)
    module.register_heif_opener()
