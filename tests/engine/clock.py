"""A clock that stands still until a test moves it."""

from __future__ import annotations


class FakeClock:
    """Seconds, as `time.perf_counter` tells them."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
