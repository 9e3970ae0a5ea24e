"""What a worker process knows when its trial runs on another machine; all unset in every other process.

`engine.executors.dask` sets it; tasks and what records them read it. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Elsewhere:
    """This process's trial, as far as it is on another machine."""

    away: bool = False
    """Whether it is: its clock and its board cannot be read here."""
    clock_offset_s: float = 0.0
    """What to add to this machine's clock to get the trial's."""
    ask: Callable[[dict[str, Any]], Any] | None = None
    """Asks the cluster's scheduler something, and gives its answer."""
