"""CSS selectors of prices by shop: kept in Overlap's home folder, read from a file, checked before they are used.

One table for the app and the command line. A selector of `shop.example` also serves `www.shop.example`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.errors import InputRefused
from engine.machine.private import write_text
from engine.workloads.web.fetching.charset import decoded

MOST = 5_000
LONGEST = 1_000
"""Selectors in one file, and characters of one."""


def kept(home: Path) -> dict[str, str]:
    """The selectors that are kept on this machine, by host; none where the file is missing. Raises InputRefused."""
    path = _path(home)
    return from_file(path) if path.exists() else {}


def keep(home: Path, selectors: Mapping[str, str]) -> None:
    """Keep exactly these for later runs. Raises InputRefused for one that cannot be used."""
    for host, selector in selectors.items():
        checked(host, selector)
    home.mkdir(parents=True, exist_ok=True)
    write_text(_path(home), json.dumps(dict(sorted(selectors.items())), indent=1, ensure_ascii=False) + "\n")


def from_file(path: Path) -> dict[str, str]:
    """The selectors of a file by host: a JSON object, or lines of `host selector`. Raises InputRefused."""
    try:
        text = decoded(path.read_bytes())[0]
    except FileNotFoundError:
        raise InputRefused(f"There is no file {path}: correct its name.") from None
    except OSError as error:
        raise InputRefused(f"{path} cannot be read ({error.strerror}).") from None
    try:
        pairs = list(_of_json(text) if text.lstrip().startswith("{") else _of_lines(text))
        if len(pairs) > MOST:
            raise InputRefused(f"it holds more than {MOST:,} selectors")
        return dict(checked(host, selector) for host, selector in pairs)
    except InputRefused as refusal:
        raise InputRefused(f"The selectors in {path} cannot be used: {str(refusal).rstrip('.')}.") from None


def checked(host: str, selector: str) -> tuple[str, str]:
    """The host as it is compared and the selector. Raises InputRefused with what is wrong."""
    bare = host.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    selector = selector.strip()
    if not bare or any(mark in bare for mark in " \t@?#,;"):
        raise InputRefused(f"{host.strip()[:80]!r} is no host: write it without https://, as in shop.example.")
    problem = problem_of(selector)
    if problem:
        raise InputRefused(f"the selector of {bare} {problem}.")
    return bare, selector


def problem_of(selector: str) -> str | None:
    """Why a CSS selector cannot be used, to follow “the selector …”; None where it can."""
    from selectolax.lexbor import LexborHTMLParser

    if not selector.strip():
        return "is empty"
    if len(selector) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    try:
        LexborHTMLParser("<p>").css_first(selector)
    except Exception as error:  # the selector is the user's; selectolax raises SelectolaxError or ValueError
        return f"{selector[:80]!r} is not understood ({' '.join(str(error).split())[:80]})"
    return None


def selector_for(host: str, selectors: Mapping[str, str]) -> str | None:
    """The selector of a shop: its own, else that of the same host without www."""
    if not selectors:
        return None
    host = host.lower()
    return selectors.get(host) or selectors.get(host.removeprefix("www.")) or selectors.get(f"www.{host}")


def _path(home: Path) -> Path:
    return home / "selectors.json"


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"it is no JSON ({error})") from None
    for host, selector in values.items():
        if not isinstance(selector, str):
            raise InputRefused(f"the selector of {host[:80]} is no text")
        yield host, selector


def _of_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        host, _, selector = line.strip().partition("\t" if "\t" in line.strip() else " ")
        if not selector.strip():
            raise InputRefused(f"line {number} holds no selector behind the host {host[:80]!r}")
        yield host, selector
