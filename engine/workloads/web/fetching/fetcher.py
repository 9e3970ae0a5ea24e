"""What both fetchers are made of, whatever their client: the gate, and the rules that they keep to.

Above `rules`, below `fetch` and `afetch`.
"""

from __future__ import annotations

from pathlib import Path

from engine.config import Settings
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.fetching.rules import FetchRules
from engine.workloads.web.manners import OURS, Manners


class BaseFetcher:
    """Settings, gate and rules of a fetcher.

    `workers` is how many fetch at once. `folder` is shared by all processes whose politeness counts together
    (by default in the home folder). `scope` sets one run's retries apart; `ca_file` adds an own certificate authority;
    `manners` say what stands in place of our own languages and name.
    """

    def __init__(
        self,
        settings: Settings,
        workers: int,
        folder: Path | None = None,
        *,
        scope: str = "",
        gate: Gate | None = None,
        ca_file: Path | None = None,
        back_off_s: float = 0.5,
        manners: Manners = OURS,
    ) -> None:
        self._settings, self._workers, self._ca_file = settings, max(1, workers), ca_file
        self._gate = gate or Gate(settings)
        self._rules = FetchRules(settings, self._gate, folder or settings.home / "polite", scope, back_off_s, manners)
        self._prepare()

    def _prepare(self) -> None:
        """Make what the client needs before its first request."""
        raise NotImplementedError
