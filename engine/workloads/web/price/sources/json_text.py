"""JSON as it is found in pages: values one after the other, and the usual ways in which it is broken, repaired.

Numbers are kept as they are written (`1299.00`), since the text is evidence.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

MOST_BLOCKS = 50
MOST_NODES = 30_000
DEEPEST = 100
"""Levels of nesting that are read; products have about ten."""
LARGEST_BLOCK = 2_000_000
"""Characters of one script that are read."""


def load(text: str) -> list[Any]:
    """The JSON values of one script block: as it is, else repaired step by step; an empty list where nothing helps."""
    if len(text) > LARGEST_BLOCK:
        return []
    for repair in (_as_it_is, _unwrapped, _unescaped, _without_commas):
        text = repair(text)
        values = _values(text)
        if values:
            return values
    return []


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)


def _values(text: str) -> list[Any]:
    """The values that stand one after the other in the text; empty where the first is broken."""
    found: list[Any] = []
    place = 0
    while len(found) < MOST_BLOCKS:
        start = _START.search(text, place)
        if start is None:
            break
        try:
            value, place = _DECODER.raw_decode(text, start.start())
        except RecursionError:
            text, place = _pruned(text[start.start() :]), 0
            if not text:
                break
            continue
        except ValueError:
            break
        found.append(value)
    return found


_START = re.compile(r"[\[{]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.S)


def _pruned(text: str) -> str:
    """The text without what is nested deeper than any product, which json cannot read; empty where that is not told.

    The branches that go become null.
    """
    pieces: list[str] = []
    depth = kept = 0
    cut = False
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                pieces += (text[kept : token.start()], "null")
                cut = True
        elif sign in "]}":
            if depth == DEEPEST + 1:
                kept = token.end()
            depth -= 1
    return "".join(pieces) + text[kept:] if cut and depth <= DEEPEST else ""


def _as_it_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    return re.sub(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*.{0,200}?\*/|^[ \t]*+//[^\n]*$", " ", text, flags=re.M)


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&quot;" in text or "&#34;" in text else text


def _without_commas(text: str) -> str:
    text = re.sub(r",(\s*+[}\]])", r"\1", text)
    text = re.sub(r'("|\d|\}|\])([^\S\n]*+\n\s*+)(")', r"\1,\2\3", text)
    text = re.sub(r'(:\s*"[^"\n]*)"([^"\n:,{}\[\]]+)"([^"\n]*"\s*[,}\n])', r"\1'\2'\3", text)
    return re.sub(r":\s*(?=[,}])", ": null", re.sub(r"\\(?![\"\\/bfnrtu])", r"\\\\", text))


def value_at(text: str, place: int) -> Any:
    """The JSON value that begins at `place`; None where it is no JSON."""
    text = html.unescape(text) if "&quot;" in text[:2_000] else text
    try:
        return _DECODER.raw_decode(text, place)[0]
    except RecursionError:
        values = _values(text[place:])
        return values[0] if values else None
    except ValueError:  # a script's literal that is no JSON
        return None


def find(value: Any, *keys: str, limit: int = 20) -> Iterator[dict[str, Any]]:
    """The objects within a value that have one of the keys, in document order."""
    stack = [value]
    given, wanted = 0, frozenset(keys)
    for _ in range(MOST_NODES):
        if not stack or given >= limit:
            return
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node[:2_000]))
        elif isinstance(node, dict):
            if not wanted.isdisjoint(node):
                given += 1
                yield node
            stack += [item for item in reversed(node.values()) if isinstance(item, (dict, list))]
