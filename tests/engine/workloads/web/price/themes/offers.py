"""Pages that state more than one amount for their product: instalments, prices with and without tax, from-prices.

Shops, products and prices are made up.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.themes.theme import Theme, ld_offer

OFFERS: dict[str, Theme] = {
    "Japanese, the price with tax in brackets": Theme(
        """<p class="price">本体価格 3,980円（税込 4,378円）</p><button>カートに入れる</button>""",
        "4378", "JPY", language="ja", cards="#円",
    ),
    "Japanese, the price itself with tax": Theme(
        """<p class="price">3,980円（税込）</p><button>カートに入れる</button>""",
        "3980", "JPY", language="ja", cards="#円", doubtful=False,
    ),
    "Brazilian, from and for, instalments and Pix": Theme(
        """<div class="preco"><span>De: R$ 149,90</span> <span>Por: R$ 99,90</span><span>ou 12x de R$ 8,32 sem
        juros</span><span>R$ 94,90 no Pix</span></div><button>Comprar</button>""",
        "99.90", "BRL", "149.90", language="pt-BR", cards="R$ #,00",
    ),
    "Brazilian, instalments first": Theme(
        """<div class="price"><strong>12x de R$ 10,00 sem juros</strong><p>ou R$ 120,00 à vista</p></div>
        <button>Comprar</button>""",
        "120.00", "BRL", language="pt-BR", cards="R$ #,00",
    ),
    "Mexican, months without interest": Theme(
        """<div class="price">$1,299.00 MXN</div><span>Hasta 12 meses sin intereses de $108.25</span>
        <button>Agregar al carrito</button>""",
        "1299.00", "MXN", language="es-MX",
    ),
    "Indian, an instalment beside it": Theme(
        """<div class="price">₹1,23,456</div><div>EMI starts at ₹5,986 per month. No cost EMI</div>
        <button>Add to Cart</button>""",
        "123456", "INR", language="en-IN", cards="₹#", doubtful=False,
    ),
    "Swiss, the sign in an element of its own": Theme(
        """<div class='preis'>1’234.50</div><span>CHF</span><button>In den Warenkorb</button>""",
        "1234.50", "CHF", language="de-CH", cards="CHF #.00",
    ),
    "Swedish, a dash and no sign": Theme(
        """<div class="price">1 295:-</div><button>Lägg i varukorgen</button>""",
        "1295", "SEK", language="sv", cards="# kr", doubtful=True,
    ),
    "with a trade-in, and without": Theme(
        """<div>From $599.00 with trade-in</div><div class="full">$799.00</div><button>Buy now</button>""",
        "799.00", "USD", url="https://shop.example.us/p",
    ),
    "a German from-price": Theme(
        """<div class="price">ab 49,00 €</div><button>In den Warenkorb</button>""",
        "49.00", "EUR", language="de", cards="#,00 €", doubtful=True,
    ),
    "only a former price": Theme(
        """<div class="price">Free</div><button>Get it</button><p>Was €4.99</p>""",
        "4.99|None", "EUR", cards="€#", doubtful=True,
    ),
    "as low as, in two widths of white space": Theme(
        """<div class="price">
                                                                €410.00
        </div><p>As low as €37 a month</p><button>Add to cart</button>""",
        "410.00", "EUR", cards="€#", head=ld_offer("410.00", "EUR"), doubtful=False,
    ),
    "data state the rate, the page the whole": Theme(
        """<div class="price">€1,200.00</div><p>or €50.00 per month for 24 months</p><button>Add to cart</button>""",
        "1200.00", "EUR", cards="€#", head=ld_offer("50.00", "EUR"), doubtful=True,
    ),
    "data state what the page shows by the month": Theme(
        """<div class="price">€50.00 / month</div><p>Total €1,200.00</p><button>Add to cart</button>""",
        "1200.00|50.00", "EUR", cards="€#", head=ld_offer("50.00", "EUR"), doubtful=True,
    ),
    "data state the deposit": Theme(
        """<div class="price">€399.00</div><p>Deposit: €50.00</p><button>Add to cart</button>""",
        "399.00", "EUR", cards="€#", head=ld_offer("50.00", "EUR"), doubtful=True,
    ),
    "data state what is saved": Theme(
        """<div class="price">€59.00 <s>€79.00</s></div><p>You save €20.00</p><button>Add to cart</button>""",
        "59.00", "EUR", "79.00", cards="€#", head=ld_offer("20.00", "EUR"), doubtful=True,
    ),
    "data state the price per measure": Theme(
        """<div class="price">€3.50</div><p>€0.70 / 100 g</p><button>Add to cart</button>""",
        "3.50", "EUR", cards="€#", head=ld_offer("0.70", "EUR"), doubtful=True,
    ),
    "data state the price of members": Theme(
        """<div class="price">€79.00</div><p>Club price: €69.00</p><button>Add to cart</button>""",
        "79.00", "EUR", cards="€#", head=ld_offer("69.00", "EUR"), doubtful=True,
    ),
    "data state the higher of two without a word": Theme(
        """<div class="a1"><span class="b7">€79.00</span></div><div class="c3">€59.00</div>
        <button>Add to cart</button>""",
        "79.00|59.00", "EUR", cards="€#", head=ld_offer("79.00", "EUR"), doubtful=True,
    ),
    "data state the list price, the sale's stands far behind it": Theme(
        f"""<div class="prices"><span class="list">€79.00</span>{"<i></i>" * 60}<span
        class="sale-price">€59.00</span></div><button>Add to cart</button>""",
        "79.00|59.00", "EUR", cards="€#", head=ld_offer("79.00", "EUR"), doubtful=True,
    ),
    "data state what is crossed out three elements above": Theme(
        """<div class="prices"><div class="price-crossed-out"><span><span><span>€79.00</span></span></span></div>
        <div class="price-actual">€59.00</div></div><button>Add to cart</button>""",
        "59.00", "EUR", "79.00", cards="€#", head=ld_offer("79.00", "EUR"),
    ),
    "two prices in one text": Theme(
        """<p>Price: <b>€50.00 €40.00</b></p><button>Add to cart</button>""",
        "50.00|40.00", "EUR", cards="€#", doubtful=True,
    ),
    "shipping's heading behind the price": Theme(
        """<span class="price-sales">€17.99</span><h3>Shipping promotions</h3><button>Add to cart</button>""",
        "17.99", "EUR", cards="€#", head=ld_offer("17.99", "EUR"), doubtful=False,
    ),
    "Japanese, the regular price in a list": Theme(
        """<dl><dt>通常価格</dt><dd>5,000円</dd><dt>セール価格</dt><dd>3,980円</dd></dl><button>カートに入れる</button>""",
        "3980", "JPY", "5000", language="ja", cards="#円", doubtful=False,
    ),
    "Hungarian, the original price in words": Theme(
        """<div>Eredeti ár: 12 990 Ft</div><div>Akciós ár: 9 990 Ft</div><button>Kosárba</button>""",
        "9990", "HUF", "12990", language="hu", cards="# 000 Ft", doubtful=False,
    ),
    "Spanish, Portuguese: the recommended price in letters": Theme(
        """<div>PVPR 59,95 €</div><div>39,95 €</div><button>Adicionar ao carrinho</button>""",
        "39.95", "EUR", "59.95", language="pt", cards="#,00 €", doubtful=False,
    ),
    "Italian, instead of": Theme(
        """<div><span>39,95 €</span> <span>anziché 59,95 €</span></div><button>Aggiungi al carrello</button>""",
        "39.95", "EUR", "59.95", language="it", cards="#,00 €", doubtful=False,
    ),
    "Polish, the regular price in words": Theme(
        """<div>Cena regularna: 199,00 zł</div><div>129,00 zł</div><button>Do koszyka</button>""",
        "129.00", "PLN", "199.00", language="pl", cards="#,00 zł", doubtful=False,
    ),
    "Russian, the old price in words": Theme(
        """<div>Старая цена: 12 990 ₽</div><div>9 990 ₽</div><button>В корзину</button>""",
        "9990", "RUB", "12990", language="ru", cards="# ₽", doubtful=False,
    ),
}
