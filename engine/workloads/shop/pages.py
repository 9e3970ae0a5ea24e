"""Whole pages of the demo shops as HTML text, the same every time: product pages, indexes, robots.txt, sitemap.

A product page has what makes real ones hard to read: style sheets, menus, offers of the day,
recommended products with prices, reviews, delivery costs, state for scripts; 20 to 50 KB in all.
Pure; `engine.workloads.shop.server` sends it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from html import escape
from random import Random

from engine.workloads.shop.catalogue import (
    FORBIDDEN,
    NO_PRICE,
    PRODUCTS,
    SHOPS,
    SOLD_OUT,
    Shop,
    path_of,
    product_paths,
    shop_and_product,
    stock,
)
from engine.workloads.shop.markup import MARKUP, Sheet, others, sheet_for
from engine.workloads.shop.words import FEATURES, NAMES, SENTENCES

COLOURS = ("#20639b", "#b5446e", "#2f7d4f", "#a15c1a", "#5b4b9a", "#a33b3b", "#1f6f78", "#5f6b2d")


def product_page(path: str, base: str) -> str:
    """The page of a product path. Raises KeyError when the path names no shop or product.

    `base` is the address that the server was reached by, without a slash at its end.
    """
    shop, product = shop_and_product(path)
    sheet = sheet_for(shop, product, base + path, priced=path not in NO_PRICE, available=path not in SOLD_OUT)
    chance = Random(path)
    marked = MARKUP[shop.markup](sheet)
    body = "\n".join([
        _header(sheet), '<main id="main">', _picture(sheet), f'<section class="product">{marked.buy}</section>',
        _description(sheet, chance), _specification(sheet, chance), _reviews(sheet, chance), "</main>",
        _shelf(sheet, sheet.words.recommended, "recommended", 8), _shelf(sheet, sheet.words.seen, "recently-viewed", 4),
        _footer(sheet), _state(sheet, chance),
    ])
    return _frame(shop, f"{product.name} | {shop.name}", marked.head, body)


def shop_index(shop: Shop) -> str:
    """A shop's front page: its products, without prices."""
    rows = "\n".join(f'<li><a href="{path_of(shop, item)}">{escape(item.name)}</a></li>' for item in stock(shop))
    return _frame(shop, shop.name, "", f"<main><h1>{escape(shop.name)}</h1>\n<ul>{rows}</ul></main>")


def front_page() -> str:
    """The list of all shops."""
    rows = "\n".join(f'<li><a href="/{shop.slug}/">{escape(shop.name)}</a> ({shop.currency})</li>' for shop in SHOPS)
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Demo shops</title></head>'
            f"<body><h1>Demo shops</h1><p>Invented shops with invented products.</p><ul>{rows}</ul></body></html>")


def robots_txt(base: str) -> str:
    """Everything is allowed except the staff pages."""
    return f"User-agent: *\nDisallow: {FORBIDDEN.rsplit('/', 1)[0]}/\n\nSitemap: {base}/sitemap.xml\n"


def sitemap_xml(base: str) -> str:
    """All product pages (sitemaps.org, version 0.9)."""
    rows = "\n".join(f"<url><loc>{base}{path}</loc></url>" for path in product_paths())
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{rows}\n</urlset>\n")


def message_page(title: str, text: str) -> str:
    """A short page that says what went wrong."""
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><p>{text}</p></body></html>")


def _frame(shop: Shop, title: str, head: str, body: str) -> str:
    return (f'<!doctype html>\n<html lang="{shop.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
            f"{head}{_style(shop)}</head>\n<body>\n{body}\n</body>\n</html>\n")


def _style(shop: Shop) -> str:
    colour = COLOURS[SHOPS.index(shop)]
    rules = [
        "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#222;background:#fff}",
        f"header,footer{{background:{colour};color:#fff;padding:1rem}} header a,footer a{{color:#fff}}",
        f".price,.preis,.prix,.now{{font-size:1.6rem;color:{colour}}} del{{color:#767676}}",
        f".buy{{background:{colour};color:#fff;border:0;padding:.8rem 2rem;border-radius:.3rem}}",
        ".shelf ul{display:grid;grid-template-columns:repeat(4,1fr);list-style:none;gap:1rem}",
    ]
    rules += [f".{side}-{size}{{{name}-{way}:{size / 4}rem!important}}"
              for name, letter in (("margin", "m"), ("padding", "p"))
              for way in ("top", "right", "bottom", "left") for side in (letter + way[0],) for size in range(13)]
    rules += [f".col-{width}-{part}{{flex:0 0 {part / 12:.4%};max-width:{part / 12:.4%}}}"
              for width in ("sm", "md", "lg", "xl") for part in range(1, 13)]
    return "<style>" + "\n".join(rules) + "</style>\n"


def _header(sheet: Sheet) -> str:
    words, shop = sheet.words, sheet.shop
    product, amount = others(sheet, 9)[-1]
    deal = words.deal.replace("{name}", escape(product.name)).format(sheet.money(amount))
    free = words.free_from.format(sheet.money((Decimal(50) * shop.rate).quantize(Decimal(1))))
    menu = "\n".join(f'<li class="menu-item"><a href="{path_of(shop, item)}"><span>{escape(item.kind)}</span></a></li>'
                     for item in PRODUCTS)
    return (f'<header><a class="logo" href="/{shop.slug}/">{escape(shop.name)}</a> <p class="promo-bar">{free}</p>\n'
            f'<nav><ul class="menu">{menu}</ul></nav>\n<aside class="deal">{deal}</aside></header>')


def _picture(sheet: Sheet) -> str:
    colour = COLOURS[PRODUCTS.index(sheet.product) % len(COLOURS)]
    bends = [(20 + 14 * x, x % 5 * 6, 40 + x * 7, 60 + x * x % 70) for x in range(20)]
    lines = "".join(f'<path d="M{start} 300 q {aside} -{up} 14 -{rise}"/>' for start, aside, up, rise in bends)
    label = escape(sheet.product.kind)
    return (f'<figure class="gallery"><svg viewBox="0 0 320 320" fill="none" stroke="{colour}" role="img" '
            f'aria-label="{label}">{lines}</svg></figure>')


def _text(chance: Random, count: int) -> str:
    return " ".join(chance.sample(SENTENCES, count))


def _description(sheet: Sheet, chance: Random) -> str:
    paragraphs = "\n".join(f"<p>{_text(chance, chance.randint(4, 8))}</p>" for _ in range(chance.randint(3, 6)))
    return f'<section class="description"><h2>{sheet.words.details}</h2>\n{paragraphs}</section>'


def _specification(sheet: Sheet, chance: Random) -> str:
    rows = "\n".join(f"<tr><th>{name}</th><td>{chance.randint(low, high)} {unit}</td></tr>"
                     for name, unit, low, high in FEATURES)
    return f'<section class="specification"><h2>{sheet.words.specification}</h2><table>{rows}</table></section>'


def _reviews(sheet: Sheet, chance: Random) -> str:
    rows = "\n".join(
        f'<li class="review"><b>{chance.choice(NAMES)}</b> '
        f'<span class="stars" aria-label="{chance.randint(2, 5)} / 5"></span>'
        f"<p>{_text(chance, chance.randint(2, 6))}</p></li>"
        for _ in range(chance.randint(8, 45)))
    return f'<section class="reviews"><h2>{sheet.words.reviews}</h2><ul>{rows}</ul></section>'


def _shelf(sheet: Sheet, title: str, name: str, count: int) -> str:
    rows = "\n".join(
        f'<li class="card"><a href="{path_of(sheet.shop, product)}">'
        f'<span class="card-title">{escape(product.name)}</span></a> '
        f'<span class="card-price">{sheet.money(amount)}</span></li>'
        for product, amount in others(sheet, count))
    return f'<aside class="shelf {name}"><h2>{title}</h2><ul>{rows}</ul></aside>'


def _footer(sheet: Sheet) -> str:
    offer = sheet.words.newsletter.format(sheet.money((Decimal(5) * sheet.shop.rate).quantize(Decimal(1))))
    return f'<footer><p>{offer}</p><p>{escape(sheet.shop.name)} · invented, for demonstration</p></footer>'


def _state(sheet: Sheet, chance: Random) -> str:
    events = [{"id": chance.randrange(10**9), "name": f"view_{place}", "value": chance.randrange(1000)}
              for place in range(chance.randint(40, 160))]
    return f"<script>window.__events = {json.dumps(events)};</script>"
