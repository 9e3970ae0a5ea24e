"""What shop systems embed in a page: Shopify, WooCommerce, Magento, Next.js state, analytics calls.

Known shapes give candidates; other fields of scripts that are called a price only give hints, which
support a price that is seen on the page and never stand alone.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.workloads.web.price.amounts.amount import machine_amount
from engine.workloads.web.price.amounts.currency import iso
from engine.workloads.web.price.page import ParsedPage
from engine.workloads.web.price.product import Candidate
from engine.workloads.web.price.sources.shop_systems import magento, shopify, woocommerce
from engine.workloads.web.price.sources.state import state

MOST_HINTS = 200

_HINT = re.compile(
    r"""rice\w{0,20}\\?["']?\s{0,3}[:=]\s{0,3}\[?\s{0,3}\\?["']?\s?(?:[A-Z]{3}\s?|[$€£])?"""
    r"""(\d{1,7}(?:[.,]\d{3})*(?:[.,]\d{1,4})?)(?![\d.,])"""
)
_OTHER_PRICE = re.compile(
    r"(?:list|old|was|msrp|orig\w*|regular|compare\w*|ship\w*|min|max|retail|base|unit|discount)[_.]?[pP]$", re.I
)
_CURRENCY = re.compile(r"""urrency(?:_?[cC]ode)?\\?["']?\s{0,3}[:=]\s{0,3}\[?\s{0,3}\\?["']([A-Z]{3})\\?["']""")
def read_embedded(page: ParsedPage) -> list[Candidate]:
    """The prices in known shapes of embedded data, the surest first; an empty list where there are none."""
    for reader in (shopify, woocommerce, magento, state):
        found = list(reader(page))
        if found:
            return found
    return []


def hints(page: ParsedPage) -> dict[Decimal, int]:
    """Amounts that scripts and data attributes call a price, with how often."""
    found: dict[Decimal, int] = {}
    budget = 2_000_000
    for text in page.scripts:
        if budget <= 0 or "rice" not in text:
            continue
        budget -= len(text)
        for number, match in enumerate(_HINT.finditer(text)):
            if number > MOST_HINTS:
                break
            if _OTHER_PRICE.search(text[max(0, match.start() - 12) : match.start()]):
                continue
            amount = machine_amount(match[1])
            if amount is not None and amount.value > 0:
                found[amount.value] = found.get(amount.value, 0) + 1
    return found


def stated_currency(page: ParsedPage) -> str | None:
    """The one currency that the page's scripts name; None where they name none or several."""
    found = {iso(match[1]) for text in page.scripts for match in _CURRENCY.finditer(text[:400_000])} - {None}
    return found.pop() if len(found) == 1 else None
