"""The page's visible prices, scored by where they stand.

What speaks for a price: its element is called a price, it stands below the heading, near the buy button,
alone in its element. What speaks against it: it is struck out, called old, a saving, an instalment, the shipping,
or it stands in a list, a menu, a basket or among recommended products. The weights were set by hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import exp, log

from selectolax.lexbor import LexborNode

from engine.workloads.web.price.deciding.former import mark_former
from engine.workloads.web.price.deciding.labels import AFTER, BEFORE, MEMBER
from engine.workloads.web.price.deciding.names import GROUP_OF, GROUPS, HIDDEN, STRUCK, TAGS
from engine.workloads.web.price.deciding.sights import REACH, Sight, View, walk
from engine.workloads.web.price.page import ParsedPage

HIGHEST = 25
"""Elements above a price that are asked what region it stands in."""
FADE = (1.0, 0.7, 0.5, 0.3)
"""How much the name of the price's own element counts, and of those around it."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden")

Signature = tuple[str | None, ...]


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


Around = tuple[Told, "Around | None"]
"""What an element says, and the same of its parent; None above the last below the body."""

ENOUGH = 3.0
"""Score of a visible price from which it may stand alone."""
FAR = 7.0
"""How far a price may be behind the best one by its place and words alone, and still be asked for its surroundings."""
FOREIGN = -3.0
"""What the surroundings of others are taken to say: they stand in lists of other products."""
HINTED = 1.5
"""What a price gains that the page's data name too."""


def supported(sights: list[Sight], values: Iterable[Decimal]) -> list[Sight]:
    """The same prices, best first, those raised whose amounts the page's data name."""
    known = set(values)
    for sight in sights:
        sight.score += HINTED if sight.amount.value in known else 0.0
    return sorted(sights, key=lambda sight: -sight.score)


def look(page: ParsedPage) -> View:
    """What the page shows, its prices scored."""
    body = page.tree.body
    if body is None:
        return View([], None, [])
    views = walk(page, body, REACH)
    view = _scored(next(views))
    if view.cut and not any(sight.score >= 1.0 for sight in view.sights):
        view = _scored(next(views))  # the heading was another one, or the price stands far below it
    return view


def _scored(view: View) -> View:
    for sight in view.sights:
        sight.score = (
            _distance(sight, view)
            + _words(sight)
            + (0.7 if sight.amount.mark else 0.0)
            - (20.0 if sight.amount.value <= 0 else 0.0)
        )
    _ask_around(view.sights)
    mark_former(view.sights)
    return view


def _ask_around(sights: list[Sight]) -> None:
    """Add what the elements around the prices say: for those that are not too far behind for that to help them."""
    best = max((sight.score for sight in sights), default=0.0)
    signatures = Counter((sight.node.tag, sight.node.attributes.get("class")) for sight in sights)
    memory: dict[int, Around] = {}
    for sight in sights:
        alike = signatures[sight.node.tag, sight.node.attributes.get("class")]
        around = _surroundings(sight, memory) if sight.score > best - FAR else FOREIGN
        sight.score += around - 0.7 * log(alike)


def signature(node: LexborNode) -> Signature:
    """What siblings in a list of products have in common."""
    parent = node.parent
    above = parent.attributes.get("class") if parent is not None and parent.is_element_node else None
    return node.tag, node.attributes.get("class"), above


def _distance(sight: Sight, view: View) -> float:
    score = 0.0
    if view.heading is not None:
        gap = sight.place - view.heading
        score += 2.5 * exp(-gap / 200) if gap >= 0 else 1.0 * exp(gap / 60) - 1.0
    else:
        score += 1.0 * exp(-sight.place / 1000)
    if view.buttons:
        gap = min(abs(button - sight.place) for button in view.buttons)
        score += 2.0 * exp(-gap / 100) / len(view.buttons) ** 0.5
    if sight.listed:
        score -= 3.0
    if _linked(sight.follows):
        score -= 1.5
    return score


def _linked(node: LexborNode | None) -> bool:
    """Whether a text is a link to some page, as the name of another product would be."""
    place = node.parent if node is not None else None
    for _ in range(3):
        if place is None or not place.is_element_node:
            return False
        if place.tag == "a":
            return not (place.attributes.get("href") or "#").startswith(("#", "javascript"))
        place = place.parent
    return False


def _words(sight: Sight) -> float:
    """What the text before and behind the price says of it."""
    score, former, aside = _before(sight.before) if sight.before else (0.0, 0.0, False)
    behind = _after(sight.after) if sight.after else 0.0
    sight.former += former
    sight.member = bool(sight.before) and MEMBER.search(sight.before) is not None
    sight.aside = sight.aside or aside or behind <= -2.0
    return score + behind


@lru_cache(maxsize=512)
def _before(text: str) -> tuple[float, float, bool]:
    """What a text that leads up to a price says of it, its words for an old price apart; lists repeat theirs."""
    found = [(weight, old) for pattern, weight, old in BEFORE if pattern.search(text)]
    former = sum(weight for weight, old in found if old)
    score = sum(weight for weight, old in found if not old)
    return score, former, any(weight <= -3.0 and not old for weight, old in found)


@lru_cache(maxsize=512)
def _after(text: str) -> float:
    return sum(weight for pattern, weight in AFTER if pattern.match(text))


def _surroundings(sight: Sight, memory: dict[int, Around]) -> float:
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
            sight.struck = sight.struck or (told.struck and level < 3)
            sight.member = sight.member or (told.member and level < 2)
            sight.current = sight.current or (told.current and level < 2)
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
    tag = node.tag or ""
    style = (attributes.get("style") or "").lower()
    near, region, former = 0.0, TAGS.get(tag, 0.0), 0.0
    classes = attributes.get("class") or ""
    struck = tag in ("del", "s", "strike") or "line-through" in style or STRUCK.search(classes[:200]) is not None
    if (
        "hidden" in attributes
        or (style and _HIDDEN.search(style))
        or not HIDDEN.isdisjoint(classes.split())
    ):
        region -= 2.5
    if tag == "a" and not (attributes.get("href") or "#").startswith(("#", "javascript")):
        region -= 1.5
    names, words = _names(attributes)
    groups = [GROUPS[name] for name in names]
    for group in groups:
        if group.former:
            former += group.near
        else:
            near += group.near
    current = any(group.current for group in groups)
    aside = any(group.aside for group in groups)
    return Told(near, region, words, struck, former, current, aside, "member" in names)


_SAID = ("class", "id", "itemprop", "data-testid", "aria-label", "data-automation-id", "name")


def _names(attributes: dict[str, str | None]) -> tuple[set[str], frozenset[str]]:
    """The groups of words that an element's names belong to, each once, and those of its words that tell a region."""
    groups: set[str] = set()
    words: frozenset[str] = frozenset()
    for key in _SAID:
        value = attributes.get(key)
        if value:
            found, regions = _groups_of(value[:200])
            groups |= found
            words |= regions
    return groups, words


@lru_cache(maxsize=4096)
def _groups_of(value: str) -> tuple[frozenset[str], frozenset[str]]:
    groups: set[str] = set()
    regions: set[str] = set()
    for word in _WORD.findall(_CAMEL.sub(" ", value).lower()):
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
