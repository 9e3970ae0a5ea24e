"""Sharing data: what it costs to hand data to another worker, and what happens without a lock."""

from __future__ import annotations

from pages.parts.lab.page import lab_page

lab_page(
    "sharing",
    "Sharing data",
    ":material/swap_horiz:",
    "How data gets from one worker to another, what each way costs by size, and how updates are lost without a lock: "
    "guess first, then measure. The code that was measured stands beside the figures.",
)
