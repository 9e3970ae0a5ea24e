"""From candidates to one price: structured data where it is undisputed, else what agrees with the visible page.

The rules: a price that machine-readable data state and the page shows is taken at once. Where sources contradict
each other, the one that is seen near the heading wins and the contradiction is told (weigh.py). Where only weak signs
are left, nothing is said: silence beats a wrong price.
"""

from __future__ import annotations

from engine.workloads.web.price.deciding.outcome import product_of
from engine.workloads.web.price.deciding.quick import undisputed
from engine.workloads.web.price.deciding.sights import Sight
from engine.workloads.web.price.deciding.visible import ENOUGH, look, supported
from engine.workloads.web.price.deciding.weigh import weigh
from engine.workloads.web.price.page import Incomplete, ParsedPage, likeness, squeeze, words
from engine.workloads.web.price.product import Candidate, Facts, Product
from engine.workloads.web.price.sources.embedded import hints, read_embedded
from engine.workloads.web.price.sources.meta import read_meta
from engine.workloads.web.price.sources.microdata import read_microdata
from engine.workloads.web.price.sources.structured import read_json_ld

CLEAR = 6.0
"""Score from which a visible price with no rival needs no further support."""


def decide_quickly(excerpt: ParsedPage, source: bytes) -> Product | None:
    """The product that an excerpt of the page settles; None where the whole page is needed."""
    try:
        meta, meta_facts = read_meta(excerpt)
        found = [*read_json_ld(excerpt), *meta]
        quick = undisputed(_stated(found), source)
        return None if quick is None else product_of(excerpt, quick, _facts(found, meta_facts, excerpt), 0.95)
    except Incomplete:  # the name or the currency stands elsewhere
        return None


def decide(page: ParsedPage) -> Product:
    """The one product of the page; without a price where nothing is sure enough."""
    meta, meta_facts = read_meta(page)
    in_json, marked = read_json_ld(page), read_microdata(page)
    found = [*in_json, *([] if _of_another(marked, in_json, page) else marked), *meta]
    facts = _facts(found, meta_facts, page)
    stated = _stated(found)
    quick = undisputed(stated, page.raw)
    if quick is not None:
        return product_of(page, quick, facts, 0.95)
    view = look(page)
    facts = facts.or_else(Facts(availability=view.stock))
    sights = supported(view.sights, {candidate.value for candidate in stated if candidate.weight >= 0.5})
    if not _settled(stated, sights):
        stated += read_embedded(page)
        facts = _facts([*found, *stated], meta_facts, page).or_else(facts)
        named = {candidate.value for candidate in found}
        sights = supported(
            sights, {value for value in (*hints(page), *(item.value for item in stated)) if value not in named}
        )
    return weigh(page, stated, sights, facts)


def _of_another(marked: list[Candidate], in_json: list[Candidate], page: ParsedPage) -> bool:
    """Whether the marked prices are another product's: theirs is not the heading's name, and the JSON-LD's is."""
    if not marked or not in_json or page.heading is None or not marked[0].facts.name:
        return False
    heading = words(page.heading.text()[:400])
    own, other = words(in_json[0].facts.name or ""), words(marked[0].facts.name)
    return likeness(own, heading) >= 0.5 and likeness(other, heading) < 0.2


def _stated(found: list[Candidate]) -> list[Candidate]:
    """The candidates that state a price."""
    return [candidate for candidate in found if candidate.weight > 0 and candidate.value > 0]


def _settled(stated: list[Candidate], sights: list[Sight]) -> bool:
    """Whether the best visible price is what the structured data say, or without any stands far above all others."""
    if not sights or sights[0].score < ENOUGH or sights[0].old:
        return False
    values = {item.value for item in stated}
    if values:
        return values == {sights[0].amount.value}
    rival = next((sight.score for sight in sights if sight.amount.value != sights[0].amount.value), 0.0)
    return sights[0].score >= CLEAR and rival < sights[0].score - 3.0


def _facts(found: list[Candidate], meta: Facts, page: ParsedPage) -> Facts:
    facts = Facts()
    for candidate in found:
        facts = facts.or_else(candidate.facts)
    if not facts.name and page.heading is not None:
        facts = facts.or_else(Facts(name=squeeze(page.heading.text()) or None))
    facts = facts.or_else(meta)
    return facts if facts.name else facts.or_else(Facts(name=page.title or None))
