"""The words that stand on a page around a price: labels before and behind it, buy buttons, titles of other products.

Several languages, no shop by name. The weights were set by hand.
"""

from __future__ import annotations

import re

from engine.workloads.web.price.product import Availability


def _one_of(words: str) -> str:
    """An alternation of the phrases, which are parted by `|` and may stand on several lines."""
    return "(?:" + re.sub(r"\s*\n\s*", "", words) + ")"


def _label(words: str, end: str = r"[\s:.)]*$") -> re.Pattern[str]:
    """A pattern for one of the phrases at the end of a text."""
    return re.compile(r"\b" + _one_of(words) + r"\b" + end, re.I)


BUTTON = re.compile(
    _one_of(
        r"""add[\s_-]?(?:item[\s_-]?)?to[\s_-]?(?:my[\s_-]?|your[\s_-]?)?(?:cart|bag|basket|trolley|order)
        |buy[\s_-]?(?:it[\s_-]?)?now|addtocart|add2cart|pre-?order now
        |in den (?:waren|einkaufs)korb|jetzt kaufen|ajouter au panier|acheter
        |(?:añadir|agregar) (?:al carrito|a la cesta|a mi bolsa)|comprar|aggiungi al carrello|acquista
        |in winkel(?:wagen|mand)|lägg i (?:varukorg|kundvagn)|læg i kurv|legg i handle(?:kurv|vogn)|lisää ostoskoriin
        |do koszyka|do košíku|kosárba|sepete ekle|в корзину|カートに入れる|加入购物车|장바구니
        |adicionar ao carrinho|adaugă în coș"""
    ),
    re.I,
)
BUTTON_STARTS = frozenset(
    ["add", "buy", "pre", "in ", "jet", "ajo", "ach", "añ", "aña", "agr", "com", "agg", "acq", "läg", "læg", "leg",
     "lis", "do ", "kos", "sep", "в к", "カート", "加入购", "장바구", "adi", "ada"]
)  # fmt: skip
"""The first three letters of what stands on a buy button, in lower case: a cheap first look."""
BUTTON_WORDS = (
    "cart", "bag", "basket", "buy", "trolley", "order", "korb", "kaufen", "panier", "acheter", "carrito", "cesta",
    "comprar", "carrello", "acquista", "winkel", "korg", "kurv", "kosz", "koš", "sepet", "корзин", "カート", "购物",
    "장바구니",
)  # fmt: skip

_STOCK: tuple[tuple[str, Availability], ...] = (
    (
        r"""out of stock|sold out|(?:currently |temporarily )?(?:unavailable|not available)|no longer available
            |ausverkauft|nicht (?:auf lager|verfügbar|lieferbar)|rupture de stock|indisponible|épuisé|agotado|sin stock
            |non disponibile|esaurito|uitverkocht|slutsåld|udsolgt|utsolgt
            |wyprzedane|нет в наличии|在庫切れ|売り切れ""",
        "out_of_stock",
    ),
    (r"discontinued|this (?:item|product) (?:has been|is) discontinued", "discontinued"),
    (r"pre-?order|available for pre-?order|vorbestell\w*|précommande", "preorder"),
    (r"(?:on )?back-?order(?:ed)?|nachbestellt", "backorder"),
    (r"only (?:\d+|a few) (?:left|in stock)|low stock|almost sold out|nur noch \d+|plus que \d+", "limited"),
    (
        r"""(?:\d+ )?in stock|available(?: now)?|auf lager|sofort (?:lieferbar|verfügbar)|en stock|disponible
            |disponibile|op voorraad|i lager|på lager|na stanie|skladem|в наличии|在庫あり""",
        "in_stock",
    ),
)
STOCK = tuple((re.compile(_one_of(words) + r"(?!\w)", re.I), availability) for words, availability in _STOCK)
"""What a page says of the stock at the beginning of a short text."""
STOCK_STARTS = frozenset(
    ["out", "sol", "cur", "tem", "una", "not", "no ", "aus", "nic", "rup", "ind", "épu", "ago", "sin", "non", "esa",
     "uit", "slu", "uds", "uts", "wyp", "нет", "在庫切", "売り切", "dis", "thi", "pre", "ava", "vor", "pré", "on ",
     "bac", "nac", "onl", "low", "alm", "nur", "plu", "in ", "auf", "sof", "en ", "op ", "i l", "på ", "na ", "skl",
     "в н", "在庫あ"]
)  # fmt: skip

OTHERS = re.compile(
    _one_of(
        r"""you (?:may|might) (?:also )?(?:like|love|enjoy)|you'll (?:also )?love|customers? (?:who|also)
        |people (?:who|also)|(?:also|frequently|often) (?:bought|viewed|purchased)|(?:buy|bought) (?:them )?together
        |bundle (?:and|&) save|related|recommend|similar
        |more (?:like|from|items|products|to)|recently viewed|your recent|complete (?:the|your)|pair (?:it )?with
        |goes well|shop the look|wear it with|sponsored|best ?sellers|compare (?:with|similar|to)
        |other (?:customers|products|items|sellers)|trending|top picks|inspired by|accessor|featured products
        |products? you|das könnte|ähnliche|kunden kauften|wird oft|zuletzt|vous aimerez
        |produits (?:similaires|associés)|les clients|también te|productos (?:relacionados|similares)|los clientes
        |prodotti (?:correlati|simili)|potrebbe|ook interessant|gerelateerde|andra (?:har|köpte)|liknande|relaterade
        |podobne|relacionados|похожие|関連|相关|추천"""
    ),
    re.I,
)
"""What stands above other products."""
OTHERS_STARTS = frozenset(
    ["you", "cus", "peo", "buy", "bou", "bun", "als", "fre", "oft", "rel", "rec", "sim", "mor", "com", "pai", "goe",
     "sho", "wea", "spo", "bes", "oth", "tre", "top", "ins", "acc", "fea", "pro", "das", "ähn", "kun", "wir", "zul",
     "vou", "les", "tam", "los", "pot", "ook", "ger", "and", "lik", "pod", "пох", "関連", "相关", "추천"]
)  # fmt: skip

_WAS = r"""was|were|list(?: price)?|reg(?:\.|ular)?(?: price)?|msrp|m\.s\.r\.p\.|rrp|r\.r\.p\.?
    |orig(?:\.|inal(?:ly)?)?(?: price)?|compare(?: at)?|retail(?: price| value)?|old price|before|previous(?:ly)?
    |typically|statt|uvp|früher|avant|antes|au lieu de|normalpris|ord\.? ?pris|before price|value
    |pvpr?|invece di|anziché|adviesprijs|normaalihinta|cena regularna|běžná cena|původní cena|pôvodná cena|preț vechi
    |prp|eredeti ár|korábbi ár|αρχική τιμή|старая цена|стара ціна|eski fiyat|通常価格|定価|参考価格|原价|原價|정가"""
_SAVE = r"you save|save|saving|savings|off|discount|ersparnis|sie sparen|économisez|ahorras?|rebate|coupon|get|earn"
# No word here that may end a product's name, as “carriage”, “pant” or “portes” do.
_GERMAN = r"\w{0,12}versand(?:kosten)?|liefer(?:ung|kosten|gebühr)|pfand|\w{0,12}entsorgung"
_CARRIED = r"""shipping|delivery|postage|freight|p ?& ?p|livraison|frais de port
    |envío|spedizione|consegna|verzend(?:ing|kosten)|bezorg(?:ing|kosten)|frakt|fragt|toimitus
    |dostaw[ay]|wysyłka|doprava|poštovné|szállítás|livrare|доставка|frete|portes de envio|kargo|μεταφορικά
    |(?:配)?送料|배송비|運費|运费"""
_RETURNED = r"""statiegeld|kaucja|[ée]co-?part(?:icipation)?|[ée]co-?taxe|eco-?contributo"""
_EXTRA = rf"""{_CARRIED}|{_GERMAN}|{_RETURNED}|over|above|orders? of|under|minimum|ab einem|spend|total(?: price)?|tax
    |deposit|fee|handling|gift card|up to|delivered (?:today|tomorrow)|click (?:&|and) collect|zzgl\.?|zuzüglich|dont"""
_PART = r"""\d+ (?:payments|instal+ments?|x|raten|mal)|payments? of|instal+ments? of|monatlich|as low as|mensual
    |\d{1,2} ?x(?: de| d'| of| von| à| di| po| af| av)?
    |\d{1,2} (?:pagos|cuotas|parcelas|vezes|mensualidades|meses)(?:[^\d]{0,25} de)?
    |emi(?: starts at| from)?"""
_NOW = r"""sale(?: price)?|now(?: only)?|our price|your price|special price|today(?:'s price)?|only|price|preis|prix
    |precio|prezzo|current price|jetzt|nur|deal price|final price|you pay|sale price|deal of the day"""
_START = r"start(?:ing)? (?:price|bid)|opening bid|reserve(?: price)?|startpreis|startgebot|mise à prix"
_PAID_SO = r"""havale(?: ?/ ?eft)?(?: ile)?|eft ile|(?:à vista )?no (?:pix|boleto)|(?:à vista|via|com|no) pix
    |(?:con|por) transferencia(?: bancaria)?|(?:bei |per )?vorkasse|bij vooruitbetaling"""
_LOWEST = r"""lowest price|(?:niedrigster|tiefster|günstigster) preis|bestpreis|prix le plus bas|precio más bajo
    |prezzo più basso|laagste prijs|lägsta pris|laveste pris|alin hinta|najniższa cena|nejnižší cena|najnižšia cena
    |legalacsonyabb ár|cel mai mic preț|χαμηλότερη τιμή"""
_MANY = r"""\d{1,4} ?(?:\+|or more|and more|oder mehr|ou plus|o más|o più|of meer|eller fler|lub więcej)
    |(?:buy|ab|od|vanaf|dès|à partir de|bei abnahme von) \d{1,4}(?: (?:stück|stk|st|pcs|pieces|units|ks|szt))?"""
_DAYS = r"""30[\s-]*(?:days?|tagen?|jours|d[ií]as|giorni|dni|dní|dnů|dagar|dage|dager|dagen|nap|zile|päivän|ημ\w+)"""
_FROM = r"from|starting at|starts at|ab|à partir de|desde|da|vanaf"

_TAX = _one_of(
    r"""tax(?:es?)?|vat|btw|mwst|m\.?w\.?st\.?|ust|moms|mva|alv|iva|tva|dph|pdv|áfa|afa|kdv|gst|ндс|фпа"""
)
_RATE = r"\.?\s(?:\d\d?\s?%\s)?"
_WITHOUT = _one_of(
    r"excl?(?:uding|usive)?|exkl|ex|eks|without|before|ohne|hors|bez|sin|sem|senza|без|fără|plus|zzgl|\+"
)
_WITH = _one_of(r"incl?(?:uding|usive|uido)?|inkl|mit|med|s|z|cu|con|com|с")
_NET = _one_of(r"net(?:to|tó|t)?|h\.?t\.?")
_BEHIND = r"[\s*]*[-–(,|/（]?\s*"
NET_BEFORE = _label(
    rf"(?<!\w )(?<!\w){_NET}(?: price|preis| ár| cena| pris| prijs)?|{_WITHOUT}\.? {_TAX}|税抜(?:価格)?|本体価格"
    r"|未税(?:價|价)?",
    r"[\s:.)]*(?:\w{1,5}[\s:.)]*)?$",
)
"""Text that leads up to a price before tax: `Nettó ár:`, `Ex Tax:`."""
NET_AFTER = re.compile(
    rf"{_BEHIND}(?:{_WITHOUT}{_RATE}{_TAX}(?!\w)|{_TAX}\sescl|{_NET}(?!\w)|税(?:抜|別)|未税)", re.I
)
"""Text right behind a price before tax: `excl. btw`, `HT`, `bez DPH`."""
WITH_TAX = re.compile(
    rf"{_BEHIND}(?:{_WITH}{_RATE}{_TAX}(?!\w)|{_TAX}\sincl|(?:ttc|gross|brutto)(?!\w)|税込|含税)", re.I
)
"""Text right behind a price with tax: `incl. btw`, `TTC`, `s DPH`."""

MEMBER = _label(
    r"""members?(?:'s?)?(?: price| only| pay)?|(?:club|loyalty|rewards?|vip|prime|clubcard|plus) price
    |with (?:prime|clubcard|membership|your card)|mitglieder(?:preis)?|(?:nur )?mit karte
    |prix (?:adhérent|fidélité|membre)s?
    |precio (?:socio|club)|ledenprijs|medlemspris|stammispris|dla klubowiczów"""
)
"""Text that leads up to what members of a shop's programme pay."""

MEMBERS_AFTER = re.compile(
    r"[\s*(,–-]*(?:for|with|als|für|med|pour|avec|para|con|voor|met)?\s*(?:(?:our|your|a|die|the|deine|votre|tu)\s)?"
    r"(?:members?|membership|mitglied\w*|medlem\w*|kundenkarte|club ?card|loyalty|adhérents?|membres?|socios?|leden)"
    r"(?!\w)",
    re.I,
)
"""Text right behind what members of a shop's programme pay."""

EXTRA = _label(_EXTRA, r"[\s:：+]*(?:(?:from|for|od|ab|fra|från|vanaf|desde|от)\s)?\s*$")
"""Text that leads up to what comes on top, or to a threshold. Behind another amount, it is that one's."""

BEFORE: tuple[tuple[re.Pattern[str], float, bool], ...] = (
    (_label(_WAS), -4.0, True),
    (_label(_SAVE, r"[\s:]*(?:up to)?\s*$"), -5.0, False),
    (EXTRA, -4.0, False),
    (_label(_PART), -3.5, False),
    (MEMBER, -3.0, False),
    (_label(_START), -3.5, False),
    (_label(_PAID_SO), -3.5, False),
    (_label(_MANY, r"[\s:.)]*$"), -3.5, False),
    (_label(_LOWEST, r"[^\d]*(?:30[^\d]*)?$"), -4.0, False),
    (_label(_DAYS, r"[^\d]{0,40}$"), -4.0, False),
    (re.compile(r"(?<!\w )(?<!\w)de\s?:\s*$", re.I), -4.0, True),
    (_label(_NOW), 1.5, False),
    (re.compile(r"(?<!\w )(?<!\w)por\s?:\s*$", re.I), 1.5, False),
    (_label(_FROM), -0.5, False),
    (re.compile(r"[+(]\s*$"), -1.5, False),
    (_label("used|refurbished|rent|rental|trade-?in|new from|subscribe", r"[^.]{0,20}$"), -1.5, False),
)
"""Text that leads up to a price: pattern, weight, and whether the price is then an old one."""

FROM = _label(_FROM + "|от|od|fra|från|alkaen")
"""Text that leads up to the lowest of several prices."""

_PERIOD = r"mo|mth|month|monat|mois|mes|week|wk|year|yr"
_MEASURE = r"kg|g|ml|cl|l|oz|fl|lb|sq|100|unit|m²|m2|count|ct|stück"
AFTER: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(rf"\s*(?:/|per|a|pro|par|al|im)\s?(?:{_PERIOD})\b", re.I), -5.0),
    (re.compile(rf"\s*(?:for|x|over|während|pendant|durante)\s\d{{1,2}}\s(?:{_PERIOD})", re.I), -5.0),
    (
        re.compile(
            r"\s*(?:sem juros|sin inter[eé]s(?:es)?|interest[- ]free|zinsfrei|sans frais|senza interessi|bez odsetek"
            r"|(?:with|after|incl\.?) (?:an? |any |eligible )*trade-?in"
            r"|with (?:an? |any |\w{1,12} )?(?:contract|plan)\b)",
            re.I,
        ),
        -5.0,
    ),
    (re.compile(r"\s*(?:off|discount|savings?|saved|rabatt|back|reward|rebate|credit|gift card)\b", re.I), -5.0),
    (re.compile(r"\s*(?:or more|and up|minimum)\b", re.I), -3.0),
    (re.compile(r"\s*(?:shipping|delivery|versand)(?:\s(?:and|&|costs?|fees?|charges?)\b|[^\w\s:：]*$)", re.I), -3.0),
    (re.compile(r"\s(?:shipping|delivery|versand)\sto\b", re.I), -3.0),
    (
        # In the price's own text, which keeps its blank, and in small letters: else it may be a heading.
        re.compile(
            r"\s(?:(?:de|d['’]|next|same|express|standard|priority|\d{1,2}|day|hour)[\s-]?){0,2}"
            rf"(?:{_one_of(f'{_CARRIED}|{_RETURNED}')}|(?i:{_one_of(_GERMAN)}|p ?& ?p))(?!\w)[^\w\s:：]*$"
        ),
        -3.0,
    ),
    (re.compile(r"\s*(?:up ?-?front|down(?: payment)?)\b", re.I), -3.0),
    (re.compile(rf"\s*\)?\s*(?:/|per|pro|je)\s?(?:\d+\s?)?(?:{_MEASURE})\b", re.I), -2.0),
    (re.compile(r"\s*x\s*\d+\b", re.I), -2.0),
    (re.compile(r"\s*(?:each|ea\.)(?!\w)", re.I), -1.0),
    (re.compile(rf"[\s(–-]{{0,3}}{_one_of(_PAID_SO)}(?!\w)", re.I), -3.5),
    (re.compile(rf"[\s(–-]{{0,3}}{_one_of(_LOWEST)}(?!\w)", re.I), -4.0),
)
"""Text right behind a price: pattern and weight. It ends with a blank where an amount follows (sights.py)."""
