"""The TLS context of every fetch: certifi's authorities, host names checked, nothing of the environment."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=4)
def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that trusts certifi's list, or the authorities in `ca_file` alone."""
    import certifi

    made = ssl.create_default_context(cafile=str(ca_file or certifi.where()))
    made.set_alpn_protocols(["http/1.1"])
    return made
