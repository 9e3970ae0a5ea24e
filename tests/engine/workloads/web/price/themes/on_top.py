"""What comes on top of a price, as shops write it in many languages: shipping, deposits that are given back, fees.

Each stands in a line of its own, right before the price or right behind it, and neither element has a name.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.themes.theme import Theme

ROWS = (
    ("de", "zzgl. 4,95 € Versand", "39,95 €", "39.95", "EUR", "In den Warenkorb"),
    ("de", "4,95 € Versandkosten", "39,95 €", "39.95", "EUR", "In den Warenkorb"),
    ("de", "Expressversand 9,95 €", "39,95 €", "39.95", "EUR", "In den Warenkorb"),
    ("de", "Lieferung 4,95 €", "39,95 €", "39.95", "EUR", "In den Warenkorb"),
    ("fr", "5,90 € de livraison", "39,95 €", "39.95", "EUR", "Ajouter au panier"),
    ("fr", "Frais de port : 5,90 €", "39,95 €", "39.95", "EUR", "Ajouter au panier"),
    ("nl", "€ 6,95 verzendkosten", "€ 39,95", "39.95", "EUR", "In winkelwagen"),
    ("nl", "Verzending: € 6,95", "€ 39,95", "39.95", "EUR", "In winkelwagen"),
    ("nl", "Bezorgkosten € 6,95", "€ 39,95", "39.95", "EUR", "In winkelwagen"),
    ("sv", "Frakt 49 kr", "399 kr", "399", "SEK", "Lägg i varukorg"),
    ("sv", "49 kr frakt", "399 kr", "399", "SEK", "Lägg i varukorg"),
    ("nb", "Frakt fra 49 kr", "399 kr", "399", "NOK", "Legg i handlekurv"),
    ("da", "Fragt 39 kr", "399 kr", "399", "DKK", "Læg i kurv"),
    ("fi", "Toimitus 4,90 €", "39,95 €", "39.95", "EUR", "Lisää ostoskoriin"),
    ("pl", "Dostawa od 9,99 zł", "129,00 zł", "129.00", "PLN", "Do koszyka"),
    ("pl", "Koszt dostawy: 9,99 zł", "129,00 zł", "129.00", "PLN", "Do koszyka"),
    ("cs", "Doprava 99 Kč", "1 299 Kč", "1299", "CZK", "Do košíku"),
    ("cs", "Doprava od 99 Kč", "1 299 Kč", "1299", "CZK", "Do košíku"),
    ("sk", "Doprava 3,90 €", "39,90 €", "39.90", "EUR", "Do košíka"),
    ("hu", "Szállítás 1 490 Ft", "12 990 Ft", "12990", "HUF", "Kosárba"),
    ("ro", "Livrare 19,99 Lei", "399,00 Lei", "399.00", "RON", "Adaugă în coș"),
    ("ru", "Доставка 300 ₽", "12 990 ₽", "12990", "RUB", "В корзину"),
    ("uk", "Доставка 70 ₴", "1 299 ₴", "1299", "UAH", "В корзину"),
    ("pt-BR", "Frete R$ 15,90", "R$ 129,90", "129.90", "BRL", "Comprar"),
    ("pt", "Portes de envio: 4,90 €", "39,90 €", "39.90", "EUR", "Comprar"),
    ("tr", "Kargo 39,90 TL", "1.299,90 TL", "1299.90", "TRY", "Sepete Ekle"),
    ("it", "Spese di spedizione 4,90 €", "39,95 €", "39.95", "EUR", "Aggiungi al carrello"),
    ("it", "Consegna 4,90 €", "39,95 €", "39.95", "EUR", "Aggiungi al carrello"),
    ("es", "Gastos de envío: 4,95 €", "39,95 €", "39.95", "EUR", "Añadir al carrito"),
    ("es", "4,95 € de envío", "39,95 €", "39.95", "EUR", "Añadir al carrito"),
    ("ja", "送料 550円", "3,980円", "3980", "JPY", "カートに入れる"),
    ("ja", "配送料：550円", "3,980円", "3980", "JPY", "カートに入れる"),
    ("ko", "배송비 3,000원", "24,500원", "24500", "KRW", "장바구니"),
    ("zh-TW", "運費 NT$60", "NT$1,290", "1290", "TWD", "加入购物车"),
    ("zh-CN", "运费 ¥10", "¥299.00", "299.00", "CNY", "加入购物车"),
    ("el", "Μεταφορικά 3,90 €", "39,90 €", "39.90", "EUR", "Προσθήκη στο καλάθι"),
    ("en", "£3.99 next-day delivery", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "Order within 2 hrs for £9.99 express delivery", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "£3.99 P&P", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "P&P: £3.99", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "Standard delivery £3.99", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "Shipping from €4.90", "€35.00", "35.00", "EUR", "Add to cart"),
    ("en", "Delivered tomorrow for £4.99", "£35.00", "35.00", "GBP", "Add to cart"),
    ("en", "Shipping: €4.90", "€35.00", "35.00", "EUR", "Add to cart"),
    ("en", "Click & collect £1.99", "£35.00", "35.00", "GBP", "Add to cart"),
    ("de", "Pfand 0,25 €", "9,95 €", "9.95", "EUR", "In den Warenkorb"),
    ("de", "zzgl. 0,25 € Pfand", "9,95 €", "9.95", "EUR", "In den Warenkorb"),
    ("en", "Deposit £0.25", "£9.95", "9.95", "GBP", "Add to cart"),
    ("de", "Altgeräteentsorgung 29,00 €", "399,00 €", "399.00", "EUR", "In den Warenkorb"),
    ("fr", "dont éco-participation 0,50 €", "39,95 €", "39.95", "EUR", "Ajouter au panier"),
    ("fr", "Dont 2,50 € d’éco-part.", "399,95 €", "399.95", "EUR", "Ajouter au panier"),
    ("it", "di cui eco-contributo 0,50 €", "39,95 €", "39.95", "EUR", "Aggiungi al carrello"),
    ("fr", "Écotaxe : 0,50 €", "39,95 €", "39.95", "EUR", "Ajouter au panier"),
)
"""Language, what comes on top, the price as written and as a number, its currency, and the buy button."""


def pages() -> dict[str, Theme]:
    """A page for each row and place."""
    found: dict[str, Theme] = {}
    for language, extra, written, price, currency, button in ROWS:
        lines = (f"<div>{extra}</div>", f"<div>{written}</div>")
        for where, pair in (("above", lines), ("below", lines[::-1])):
            product = "".join(pair) + f"<button>{button}</button>"
            sign = "# €" if currency == "EUR" else f"# {currency}"
            found[f"{extra}, {where}"] = Theme(product, price, currency, language=language, cards=sign)
    return found


ON_TOP = pages()

BESIDE = (
    ("<p>£35.00 Delivery £3.99</p>", "35.00"),
    ("<p>£35.00 Delivery: £3.99</p>", "35.00"),
    ("<p>39,95 € Versand: 4,95 €</p>", "39.95"),
    ("<p>39,95 € Versand 4,95 €</p>", "39.95"),
    ("<p>39,95 € zzgl. Versand</p>", "39.95"),
    ("<p>39,95 € inkl. MwSt., zzgl. Versandkosten 4,95 €</p>", "39.95"),
    ("<p>39,95 € Lieferung in 2 Tagen</p>", "39.95"),
    ("<p>£35.00 delivery included</p>", "35.00"),
    ("<p>£35.00 <span>Delivery:</span> <span>£3.99</span></p>", "35.00"),
    ("<p>£35.00 <span>Delivery</span> <span>£3.99</span></p>", "35.00"),
    ("<dl><dt>Price</dt><dd>£35.00</dd><dt>Delivery</dt><dd>£3.99</dd></dl>", "35.00"),
    ("<dl><dt>Delivery</dt><dd>£3.99</dd><dt>Price</dt><dd>£35.00</dd></dl>", "35.00"),
    ("<p>£35.00 livraison gratuite</p>", "35.00"),
    ("<p>R$ 129,90 Frete R$ 15,90</p>", "129.90"),
    ("<p>129,00 zł dostawa 9,99 zł</p>", "129.00"),
    ("<p>£35.00 £3.99 delivery</p>", "35.00"),
    ("<p>£35.00 + £3.99 delivery</p>", "35.00"),
    ("<p>£35.00 (£3.99 postage)</p>", "35.00"),
    ("<p>£35.00, delivery £3.99</p>", "35.00"),
    ("<div>£35.00</div><div>Delivery to your door</div>", "35.00"),
    ("<div>£35.00</div><div>Pfand: 0,25 €</div>", "35.00"),
    ("<p>9,95 € inkl. 0,25 € Pfand</p>", "9.95"),
    ("<p>9,95 € zzgl. 0,25 € Pfand</p>", "9.95"),
    ("<p>Prix 399,95 € dont 2,50 € d’éco-participation</p>", "399.95"),
    ("<div>39,95 € <small>Versand 2 Tage</small></div>", "39.95"),
    ('<div class="price">£35.00 Next day delivery</div>', "35.00"),
    ('<div class="price">£35.00 express delivery available</div>', "35.00"),
)
"""A price with what comes on top in its own text, or a heading behind it that leads up to the next amount."""
