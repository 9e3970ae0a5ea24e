"""Threads and processes here: what articles claim of them, each claim measured on this machine."""

from __future__ import annotations

from pages.parts.lab.page import lab_page

lab_page(
    "machine",
    "Threads and processes here",
    ":material/speed:",
    "Articles repeat a table: threads are light, processes are heavy, the GIL takes turns. Here each claim is an "
    "experiment on this machine that takes seconds: guess first, then measure.",
)
