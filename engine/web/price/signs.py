"""The words by which shops call things: names of elements, labels beside a price, buy buttons.

Each sign carries a weight for or against the price beside it. Several languages, no shop by name.
"""

from __future__ import annotations

import re


BUTTON = re.compile(
    r"add[\s_-]?(?:item[\s_-]?)?to[\s_-]?(?:my[\s_-]?|your[\s_-]?)?(?:cart|bag|basket|trolley|order)|buy[\s_-]?(?:it[\s_-]?)?now|"
    r"addtocart|add2cart|pre-?order now|in den (?:waren|einkaufs)korb|jetzt kaufen|ajouter au panier|acheter|"
    r"(?:añadir|agregar) (?:al carrito|a la cesta|a mi bolsa)|comprar|aggiungi al carrello|acquista|in winkel(?:wagen|mand)|"
    r"lägg i (?:varukorg|kundvagn)|læg i kurv|legg i handle(?:kurv|vogn)|lisää ostoskoriin|do koszyka|do košíku|kosárba|sepete ekle|"
    r"в корзину|カートに入れる|加入购物车|장바구니|adicionar ao carrinho|adaugă în coș",
    re.I,
)

BUTTON_STARTS = frozenset(
    "add buy pre in jet ajo ach añ aña agr com agg acq läg læg leg lis do ko kos sep в カー 加入 장바 adi".split()
) | {"do ", "in ", "в к", "カート", "加入购", "장바구"}
"""The first three letters of what stands on a buy button, in lower case: a cheap first look."""

BUTTON_WORDS = ("cart", "bag", "basket", "buy", "trolley", "order", "korb", "kaufen", "panier", "acheter", "carrito", "cesta", "comprar",
                "carrello", "acquista", "winkel", "korg", "kurv", "kosz", "koš", "sepet", "корзин", "カート", "购物", "장바구니")  # fmt: skip

OTHERS = re.compile(
    r"(?:you (?:may|might) (?:also )?(?:like|love|enjoy)|you'll (?:also )?love|customers? (?:who|also)|people (?:who|also)|(?:also|frequently|often) "
    r"(?:bought|viewed|purchased)|frequently bought|related|recommend|similar|more (?:like|from|items|products|to)|recently viewed|"
    r"your recent|complete (?:the|your)|pair (?:it )?with|goes well|shop the look|wear it with|sponsored|best ?sellers|compare (?:with|similar|to)|"
    r"other (?:customers|products|items|sellers)|trending|top picks|inspired by|accessor|featured products|products? you|"
    r"das könnte|ähnliche|kunden kauften|wird oft|zuletzt|vous aimerez|produits (?:similaires|associés)|les clients|"
    r"también te|productos (?:relacionados|similares)|los clientes|prodotti (?:correlati|simili)|potrebbe|ook interessant|gerelateerde|"
    r"andra (?:har|köpte)|liknande|relaterade|podobne|relacionados|похожие|関連|相关|추천)",
    re.I,
)
"""What stands above other products."""
OTHERS_STARTS = frozenset(
    ["you", "cus", "peo", "als", "fre", "oft", "rel", "rec", "sim", "mor", "com", "pai", "goe", "sho", "wea", "spo", "bes", "oth", "tre",
     "top", "ins", "acc", "fea", "pro", "das", "ähn", "kun", "wir", "zul", "vou", "les", "tam", "los", "pot", "ook", "ger", "and", "lik",
     "pod", "пох", "関連", "相关", "추천"]
)  # fmt: skip

GROUPS: dict[str, tuple[float, bool, float, str]] = {
    # group: (weight when near, whether the price is then an old one, weight as a region, its words)
    "price": (2.0, False, 0.0, "price pricing preis prix precio prezzo prijs pris cena amount"),
    "now": (1.2, False, 0.0, "sale current now our final special actual selling offer promo deal buybox reduced salesprice today"),
    "was": (-2.5, True, 0.0, "was old msrp rrp strike striked struck strikethrough strikeout crossed uvp statt barre wasprice listprice"),
    "list": (-2.0, False, 0.0, "list compare original orig before previous retail regular reg normal"),
    "save": (-4.0, False, 0.0, "save saved saving yousave discount off coupon rebate reward point"),
    "shipping": (-4.0, False, 0.0, "shipping ship delivery freight postage versand livraison tax vat deposit"),
    "month": (-4.0, False, 0.0, "month monthly installment instalment finance financing credit klarna afterpay affirm emi rate lease"),
    "unit": (-1.5, False, 0.0, "unit per base unitprice grundpreis baseprice"),
    "from": (-0.3, False, 0.0, "from starting min"),
    "total": (-1.5, False, 0.0, "total subtotal"),
    "related": (0.0, False, -2.5, "related recommend recommended recommendation recommendations rec recs similar upsell cross crosssell also "
                "carousel slider slick owl swiper accessory accessories bundle recent recently viewed sponsored banner trending bestseller "
                "suggest suggested suggestion frequently compatible companion collection grid listing tile card thumb other together shoveler "
                "advert ad complete"),
    "furniture": (0.0, False, -2.0, "nav navbar navigation menu footer masthead minicart minibag basket cart bag facet filter breadcrumb search "
                  "review rating faq question newsletter cookie wishlist modal popup tooltip dialog overlay dropdown header topbar comment"),
    "product": (0.0, False, 0.3, "product pdp main detail buybox prod info summary purchase"),
}  # fmt: skip
"""Words in the names of elements around a price, and what each group says of the price."""
PREFIXES = {word: group for group, (_, _, _, said) in GROUPS.items() for word in said.split()}
NAMES = {group: (near, old) for group, (near, old, _, _) in GROUPS.items()}
REGIONS = {group: region for group, (_, _, region, _) in GROUPS.items()}

TAGS = {
    "del": -4.0, "s": -4.0, "strike": -4.0, "nav": -4.0, "footer": -5.0, "header": -1.5, "aside": -2.0, "select": -3.0, "option": -3.0,
    "noscript": -2.0, "li": -0.4, "p": -0.2, "strong": 0.3, "b": 0.3, "h2": 0.2, "h3": 0.1, "label": -0.7, "small": -0.7, "button": -0.3,
    "td": 0.0, "main": 0.5,
}  # fmt: skip

BEFORE: tuple[tuple[re.Pattern[str], float, bool], ...] = (
    (re.compile(r"(?:\b(?:was|were|list(?: price)?|reg(?:\.|ular)?(?: price)?|msrp|m\.s\.r\.p\.|rrp|r\.r\.p\.?|orig(?:\.|inal(?:ly)?)?(?: price)?|"
                r"compare(?: at)?|retail(?: price| value)?|old price|before|previous(?:ly)?|typically|statt|uvp|früher|avant|antes|au lieu de|"
                r"normalpris|ord\.? ?pris|before price|value)\b)[\s:.)]*$", re.I), -4.0, True),
    (re.compile(r"\b(?:you save|save|saving|savings|off|discount|ersparnis|sie sparen|économisez|ahorras?|rebate|coupon|get|earn)\b[\s:]*"
                r"(?:up to)?\s*$", re.I), -5.0, False),
    (re.compile(r"\b(?:shipping|delivery|postage|freight|versand(?:kosten)?|livraison|envío|spedizione|over|above|orders?(?: of)?|under|"
                r"minimum|ab einem|spend|total(?: price)?|tax|deposit|fee|handling|gift card|up to)\b[\s:+]*$", re.I), -4.0, False),
    (re.compile(r"\b(?:\d+ (?:payments|instal+ments|x|raten|mal)|payments? of|instal+ments? of|monatlich|as low as|mensual)\b[\s:]*$", re.I),
     -3.5, False),
    (re.compile(r"\b(?:sale(?: price)?|now(?: only)?|our price|your price|special price|today(?:'s price)?|only|price|preis|prix|precio|prezzo|"
                r"current price|jetzt|nur|deal price|final price|you pay|sale price|deal of the day)\b[\s:.]*$", re.I), 1.5, False),
    (re.compile(r"\b(?:from|starting at|starts at|ab|à partir de|desde|da|vanaf)\b[\s:]*$", re.I), -0.5, False),
    (re.compile(r"[+(]\s*$"), -1.5, False),
    (re.compile(r"\b(?:used|refurbished|rent|rental|trade-?in|new from|subscribe)\b[^.]{0,20}$", re.I), -1.5, False),
)  # fmt: skip
"""Text that leads up to a price: pattern, weight, and whether the price is then an old one."""

AFTER: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\s*(?:/|per|a|pro|par|al|im)\s?(?:mo\b|mth|month|monat|mois|mes\b|week|wk|year|yr)", re.I), -5.0),
    (re.compile(r"\s*(?:off|discount|savings?|saved|rabatt|back|reward|rebate|credit|gift card)\b", re.I), -5.0),
    (re.compile(r"\s*(?:or more|and up|\+|minimum|shipping|delivery|versand)\b", re.I), -3.0),
    (re.compile(r"\s*\)?\s*(?:/|per|pro|je)\s?(?:\d+\s?)?(?:kg|g|ml|cl|l|oz|fl|lb|sq|100|unit|m²|m2|count|ct|stück)\b", re.I), -2.0),
    (re.compile(r"\s*x\s*\d+\b", re.I), -2.0),
)  # fmt: skip
"""Text right behind a price."""

HIDDEN = frozenset(["hidden", "hide", "invisible", "d-none", "is-hidden", "ng-hide", "visually-hidden", "display-none", "u-hidden", "dn"])
"""Whole class names that hide an element."""
