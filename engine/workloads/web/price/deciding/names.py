"""The words by which shops name elements: in classes, ids and other attributes around a price.

Each group of words speaks for or against a price that stands near, or in that region of the page.
Several languages, no shop by name. visible.py adds the weights up; they were set by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one meaning. `near` counts for an element close to the price, `region` at any height above it.

    `former` words call a price an old one, `aside` words something else than the product's price, `current` words the
    one that is asked now, `net` words a price before tax.
    """

    words: str
    near: float = 0.0
    region: float = 0.0
    former: bool = False
    aside: bool = False
    current: bool = False
    net: bool = False


GROUPS: dict[str, Group] = {
    "price": Group("price pricing preis prix precio prezzo prijs pris cena cijena preco preço amount", near=2.0),
    "now": Group(
        "sale current now our final special actual selling offer promo deal buybox reduced salesprice today aktuell "
        "live",
        near=1.2,
        current=True,
    ),
    "was": Group("was old msrp rrp uvp statt wasprice listprice oldprice", near=-2.5, former=True),
    "list": Group(
        "list compare original orig before previous prev retail regular reg normal standard", near=-2.0, former=True
    ),
    "save": Group("save saved saving yousave discount off coupon rebate reward point cashback", near=-4.0, aside=True),
    "shipping": Group(
        "shipping ship delivery freight postage versand livraison tax vat deposit", near=-4.0, aside=True
    ),
    "net": Group("net netto nett untaxed pretax ht", net=True),
    "month": Group(
        "month monthly installment instalment finance financing credit klarna afterpay affirm emi rate lease",
        near=-4.0,
        aside=True,
    ),
    "unit": Group("unit per base measure unitprice grundpreis baseprice", near=-1.5, aside=True),
    "member": Group("member members membership loyalty club mitglied clubcard", near=-2.0, aside=True),
    "from": Group("from starting min", near=-0.3),
    "total": Group("total subtotal", near=-1.5),
    "related": Group(
        "related recommend recommended recommendation recommendations rec recs similar upsell cross crosssell also "
        "carousel slider slick owl swiper accessory accessories bundle recent recently viewed sponsored banner "
        "trending bestseller suggest suggested suggestion frequently compatible companion collection grid listing tile "
        "card thumb other together shoveler advert ad complete",
        region=-2.5,
    ),
    "furniture": Group(
        "nav navbar navigation menu footer masthead minicart minibag basket cart bag facet filter breadcrumb search "
        "review rating faq question newsletter cookie wishlist modal popup tooltip dialog overlay dropdown header "
        "topbar comment",
        region=-2.0,
    ),
    "product": Group("product pdp main detail buybox prod info summary purchase", region=0.3),
}
STRUCK = re.compile(
    r"(?:^|[\s_-])(?:(?:text-decoration-)?line-?through|strike(?:d|out|-?through|-?out)?|struck(?:-?(?:out|through))?"
    r"|crossed(?:-?out)?|barred?|durchgestrichen|tachado)(?![a-z])",
    re.I,
)
"""Class names that draw a line through what they hold: these alone make a price an old one."""
NOT_SALE = re.compile(r"(?<![a-z])non[-_ ]?(?:sale|promo|discount(?:ed)?|special)(?![a-z])")
"""Names of the price before a sale, although they hold its word."""
TAXED = re.compile(
    r"(?<![a-z])(?:incl?(?:uding|usive)?|with|inkl|after)[-_ ]*(?:tax|vat)(?:es)?(?![a-z])"
    r"|(?<![a-z])(?:tax|vat)(?:es)?[-_ ]*(?:incl?(?:uded|uding)?|inkl|weee)(?![a-z])"
)
"""Names of a price that includes tax; `tax` alone names an amount of tax."""
UNTAXED = re.compile(
    r"(?<![a-z])(?:excl?(?:uding|usive)?|without|exkl?|before|no)[-_ ]*(?:tax|vat|btw|mwst|moms)(?:es)?(?![a-z])"
    r"|(?<![a-z])(?:tax|vat)(?:es)?[-_ ]*(?:excl?(?:uded|uding)?|exkl)(?![a-z])"
)
"""Names of a price before tax."""
GROUP_OF = {word: name for name, group in GROUPS.items() for word in group.words.split()}

TAGS = {
    "del": -4.0, "s": -4.0, "strike": -4.0, "nav": -4.0, "footer": -5.0, "header": -1.5, "aside": -2.0, "select": -3.0,
    "option": -3.0, "noscript": -2.0, "li": -0.4, "p": -0.2, "strong": 0.3, "b": 0.3, "h2": 0.2, "h3": 0.1,
    "label": -0.7, "small": -0.7, "button": -0.3, "main": 0.5,
}  # fmt: skip
"""What a tag says of a price within it."""

HIDDEN = frozenset(
    ["hidden", "hide", "invisible", "d-none", "is-hidden", "ng-hide", "visually-hidden", "display-none", "u-hidden"]
)
"""Whole class names that hide an element."""
