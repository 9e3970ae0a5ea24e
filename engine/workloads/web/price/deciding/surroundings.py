"""What the elements around a price say of it: their names when they stand near, their region at any height."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.deciding.names import GROUP_OF, GROUPS, HIDDEN, NOT_SALE, STRUCK, TAGS, TAXED, UNTAXED
from engine.workloads.web.price.deciding.sights import Sight

HIGHEST = 25
"""Elements above a price that are asked what region it stands in."""
LONGEST = 300
"""Characters of an attribute that are read."""
FADE = (1.0, 0.7, 0.5, 0.3)
"""How much the name of the price's own element counts, and of those around it."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden")


@dataclass(frozen=True, slots=True)
class Told:
    """What an element says of a price in it: its names as its surroundings, its tag and its words as its region."""

    near: float
    region: float
    words: frozenset[str]
    struck: bool
    former: float
    current: bool
    aside: bool
    member: bool
    net: bool


Around = tuple[Told, "Around | None"]
"""What an element says, and the same of its parent; None above the last below the body."""


def surroundings(sight: Sight, memory: dict[int, Around]) -> float:
    """What the elements around the price say of it: their names when near, their region at any height."""
    score = 0.0
    region: set[str] = set()
    inner = sight.leaf
    for _ in range(4):
        if inner is None or inner.mem_id == sight.node.mem_id:
            break
        around = _around(inner, memory)
        sight.struck = sight.struck or (around is not None and around[0].struck)
        inner = inner.parent
    around = _around(sight.node, memory)
    for level in range(HIGHEST):
        if around is None:
            break
        told, around = around
        score += told.region
        region |= told.words
        if level < len(FADE):
            score += told.near * FADE[level]
            sight.former += told.former * FADE[level]
            sight.aside = sight.aside or (told.aside and level < 2)
            sight.struck = sight.struck or (told.struck and level < 5)
            sight.member = sight.member or (told.member and level < 2)
            sight.current = sight.current or (told.current and level < 2)
            sight.net = sight.net or (told.net and level < 2)
    # Each word once, however many of the elements around repeat it: frameworks put theirs on every box.
    return score + sum(GROUPS[GROUP_OF[word]].region for word in region)


def _around(node: LexborNode, memory: dict[int, Around]) -> Around | None:
    """What an element says and all around it up to the body; each is asked once for all prices that stand in it."""
    unknown: list[LexborNode] = []
    place: LexborNode | None = node
    around: Around | None = None
    while place is not None and place.is_element_node and place.tag != "body":
        around = memory.get(place.mem_id)
        if around is not None:
            break
        unknown.append(place)
        place = place.parent
    for each in reversed(unknown):
        around = memory[each.mem_id] = (_told(each), around)
    return around


def _told(node: LexborNode) -> Told:
    attributes = node.attributes
    linked = node.tag == "a" and not (attributes.get("href") or "#").startswith(("#", "javascript"))
    hidden = "hidden" in attributes
    return _told_of(node.tag or "", linked, hidden, *[(attributes.get(key) or "")[:LONGEST] for key in _SAID])


@lru_cache(maxsize=4096)
def _told_of(tag: str, linked: bool, hidden: bool, *said: str) -> Told:
    """What an element with these attributes says; pages repeat theirs a hundred times."""
    style, classes, *_ = said
    style = style.lower()
    near, region, former = 0.0, TAGS.get(tag, 0.0), 0.0
    struck = tag in ("del", "s", "strike") or "line-through" in style or STRUCK.search(classes[:200]) is not None
    if hidden or (style and _HIDDEN.search(style)) or not HIDDEN.isdisjoint(classes.split()):
        region -= 2.5
    if linked:
        region -= 1.5
    names, words = _names(said[1:])
    groups = [GROUPS[name] for name in names]
    for group in groups:
        if group.former:
            former += group.near
        else:
            near += group.near
    current = any(group.current for group in groups)
    aside = any(group.aside for group in groups)
    return Told(near, region, words, struck, former, current, aside, "member" in names, "net" in names)


_SAID = ("style", "class", "id", "itemprop", "data-testid", "aria-label", "data-automation-id", "name")


def _names(said: Iterable[str]) -> tuple[set[str], frozenset[str]]:
    """The groups of words that an element's names belong to, each once, and those of its words that tell a region."""
    groups: set[str] = set()
    words: frozenset[str] = frozenset()
    for value in said:
        if value:
            found, regions = _groups_of(value[:200])
            groups |= found
            words |= regions
    return groups, words


@lru_cache(maxsize=4096)
def _groups_of(value: str) -> tuple[frozenset[str], frozenset[str]]:
    groups: set[str] = set()
    regions: set[str] = set()
    for word in _WORD.findall(_plain(_CAMEL.sub(" ", value).lower())):
        word = word if word in GROUP_OF else word.rstrip("s")
        group = GROUP_OF.get(word)
        if group is not None:
            groups.add(group)
            if GROUPS[group].region:
                regions.add(word)
        elif "price" in word:
            groups.add("price")
            rest = GROUP_OF.get(word.replace("price", "").rstrip("s"))
            if rest is not None:
                groups.add(rest)
    return frozenset(groups), frozenset(regions)


def _plain(value: str) -> str:
    """The names with those of two words that mean another thing together than apart: `non-sale`, `without-tax`."""
    if "tax" in value or "vat" in value or "btw" in value or "mwst" in value or "moms" in value:
        value = UNTAXED.sub(" net ", TAXED.sub(" ", value))
    return NOT_SALE.sub(" was ", value) if "non" in value else value
