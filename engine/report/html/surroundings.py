"""Where a run was measured, in words for its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ENVIRONMENT = (
    ("host", "Host"), ("system", "System"), ("processor", "Processor"), ("cpus_usable", "Usable CPUs"),
    ("memory_mb", "Memory (MB)"), ("python", "Python"), ("gil", "GIL"), ("power", "Power"),
    ("load_1min", "Load, last minute"),
)  # fmt: skip


def known(environment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of it: names and values, without the libraries."""
    return [(name, _words(environment[key])) for key, name in _ENVIRONMENT if environment.get(key) is not None]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)
