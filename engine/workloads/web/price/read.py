"""The way in: a page's text to its Product, whatever the text is."""

from __future__ import annotations

from dataclasses import replace

from engine.workloads.web.price.amounts.amount import parse_amount
from engine.workloads.web.price.amounts.currency import currency_of
from engine.workloads.web.price.deciding.decide import decide, decide_quickly
from engine.workloads.web.price.deciding.kinds import LARGEST_SOURCE, SENTENCES, reason_for
from engine.workloads.web.price.page import ParsedPage, parsed, source_of, squeeze
from engine.workloads.web.price.product import Product
from engine.workloads.web.price.sources.coupon import coupon_of
from engine.workloads.web.price.sources.excerpt import excerpt


def read_product(
    html: str | bytes, url: str | None = None, selector: str | None = None, content_type: str = ""
) -> Product:
    """The product of one page. Never raises: what goes wrong is a Product without a price, with a sentence in `error`.

    `url` helps to guess currency and variant. `selector` is a CSS selector that names the price's element;
    where it finds an amount, that amount is taken. `content_type` is the header that came with bytes, for its charset.
    """
    try:
        source, doubts = source_of(html, content_type)
        excerpted = excerpt(source, url) if not selector else None
        product = decide_quickly(excerpted, source) if excerpted is not None else None
        if product is not None:
            product = replace(product, coupon=coupon_of(source))
            return _with_doubts(product, doubts) if doubts else product
        page = parsed(source, doubts, url)
        product = decide(page)
        if selector:
            product = selected(page, selector, product)
        product = _explained(product, source) if product.price is None else replace(product, coupon=coupon_of(source))
        return _with_doubts(product, page.doubts) if page.doubts else product
    except Exception as error:  # the promise for any input: one page costs one record, never a run
        sentence = f"The page could not be read ({type(error).__name__}): {squeeze(str(error), 120)}."
        return Product(error=sentence, doubts=(sentence,))


def _explained(product: Product, source: bytes) -> Product:
    """The product without a price, and why: the shop's own page is not there, or nothing on it stands out."""
    reason = reason_for(source[:LARGEST_SOURCE].decode("utf-8", "ignore"))
    others = [doubt for doubt in product.doubts if doubt != product.error]
    return replace(product, reason=reason, error=SENTENCES[reason], doubts=(SENTENCES[reason], *others))


def selected(page: ParsedPage, selector: str, product: Product) -> Product:
    """The product with the price that stands in the selected element."""
    try:
        node = page.tree.css_first(selector)
    except Exception as error:  # the selector is the user's; selectolax raises SelectolaxError or ValueError
        return _with_doubts(product, [f"The selector {selector!r} cannot be used: {squeeze(str(error), 100)}."])
    if node is None:
        return _with_doubts(product, [f"The selector {selector!r} finds nothing on this page."])
    text = node.attributes.get("content") or squeeze(node.text(separator=" "))
    amount = parse_amount(text, page.decimal_mark)
    if amount is None:
        return _with_doubts(product, [f"What the selector {selector!r} finds holds no amount: {text[:60]!r}."])
    code, guess = currency_of(amount.mark, page.country)
    if guess and product.currency:
        code, guess = product.currency, None
    doubts = (*amount.doubts, *([guess] if guess else []))
    return replace(
        product, price=amount.value, currency=code or product.currency, source="selector", raw=squeeze(amount.raw, 80),
        where=selector, confidence=0.9 if not amount.doubts else 0.6, doubts=doubts, error=None,
        list_price=product.list_price if product.list_price and product.list_price > amount.value else None,
    )  # fmt: skip


def _with_doubts(product: Product, doubts: list[str]) -> Product:
    return replace(product, doubts=(*product.doubts, *doubts))
