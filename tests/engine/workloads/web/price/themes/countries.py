"""Pages of shops in many countries and languages, by the markup that is usual there.

Shops, products and prices are made up.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.themes.theme import Theme, meta_price

COUNTRIES: dict[str, Theme] = {
    "VTEX, in pieces, with instalments and Pix": Theme(
        """<span class="vtex-product-price-1-x-listPrice"><span class="vtex-product-price-1-x-listPriceValue
        strike">R$&nbsp;1.599,90</span></span><span class="vtex-product-price-1-x-sellingPrice"><span
        class="vtex-product-price-1-x-currencyContainer"><span>R$</span><span>&nbsp;</span><span>1</span><span>.</span>
        <span>299</span><span>,</span><span>90</span></span></span><div class="installments">em até 10x de R$ 129,99 sem
        juros</div><div class="pix">à vista no Pix: R$ 1.234,91</div><button>Adicionar ao carrinho</button>""",
        "1299.90", "BRL", "1599.90", language="pt-BR", cards="R$ #,00",
    ),
    "Tiendanube, Argentina": Theme(
        """<div class="price-container"><span class="js-compare-price-display price-compare"
        id="compare_price_display">$25.000,00</span><span class="js-price-display" id="price_display"
        data-product-price="1999900">$19.999,00</span></div><div class="installments">3 cuotas sin interés de
        $6.666,33</div><div>$17.999,10 con Transferencia</div><input type="submit" value="Agregar al carrito">""",
        "19999.00", "ARS", "25000.00", language="es-AR", cards="$#.000,00",
        head=meta_price("19999", "ARS", "og"),
    ),
    "Mercado Libre, Mexico": Theme(
        """<div class="ui-pdp-price"><s class="andes-money-amount andes-money-amount--previous" aria-label="Antes: 1999
        pesos"><span class="andes-money-amount__currency-symbol">$</span><span
        class="andes-money-amount__fraction">1,999</span></s><div class="ui-pdp-price__second-line"><span
        class="andes-money-amount ui-pdp-price__part"><span class="andes-money-amount__currency-symbol">$</span><span
        class="andes-money-amount__fraction">1,599</span></span><span class="andes-money-amount__discount">20%
        OFF</span></div><p>en 12x <span
        class="andes-money-amount"><span>$</span><span>155</span><sup>80</sup></span></p>
        </div><button>Comprar ahora</button>""",
        "1599", "MXN", "1999", language="es-MX", cards="$#.00",
    ),
    "EC-CUBE, Japan": Theme(
        """<div class="ec-productRole__priceRegular"><span class="ec-productRole__priceRegularPrice">通常価格：<span
        class="price01-default">￥3,300</span></span><span class="ec-productRole__priceRegularTax">税込</span></div>
        <div class="ec-productRole__price"><div class="ec-price"><span class="ec-price__price
        price02-default">￥2,750</span>
        <span class="ec-price__tax">税込</span></div></div><button>カートに入れる</button>""",
        "2750", "JPY", "3300", language="ja", cards="￥#00",
    ),
    "Rakuten-like, Japan": Theme(
        """<table><tr><td>メーカー希望小売価格</td><td>３，９８０円</td></tr><tr><td>価格</td><td><span
        class="price2">２，９８０円</span> (税込)</td></tr><tr><td>送料</td><td>６００円</td></tr></table>
        <button>カートに入れる</button>""",
        "2980", "JPY", language="ja", cards="#00円",
    ),
    "Cafe24, Korea": Theme(
        """<table><tr><th><span>소비자가</span></th><td><span id="span_product_price_custom"><strike>59,000원</strike>
        </span></td></tr><tr><th>판매가</th><td><strong id="span_product_price_text">45,000원</strong></td></tr>
        <tr><th>배송비</th><td>3,000원 (50,000원 이상 구매 시 무료)</td></tr></table><a
        class="btnSubmit">장바구니</a>""",
        "45000", "KRW", "59000", language="ko", cards="#,000원",
    ),
    "91APP, Taiwan": Theme(
        """<div class="salepage-price"><div class="suggest-price">建議售價 <span>NT$1,680</span></div><div
        class="current-price">NT$1,280</div></div><button>加入購物車</button>""",
        "1280", "TWD", language="zh-TW", cards="NT$#0",
    ),
    "Bitrix, Russia": Theme(
        """<div class="product-item-detail-price-old">2&nbsp;990 руб.</div><div
        class="product-item-detail-price-current">2&nbsp;390 руб.</div><div class="item_economy_price">Экономия 600
        руб.</div><a class="btn">В корзину</a>""",
        "2390", "RUB", "2990", language="ru", cards="#0 руб.",
    ),
    "T-Soft, Turkey": Theme(
        """<div class="product-price-old">1.599,90 TL</div><div class="product-price">1.299,90 TL</div><div>KDV
        Dahil</div>
        <div class="money-order-price">Havale ile: 1.234,90 TL</div><a>Sepete Ekle</a>""",
        "1299.90", "TRY", "1599.90", language="tr", cards="#,00 TL",
    ),
    "Salla, Arabic": Theme(
        """<h2 class="total-price text-red-800 font-bold">٢٩٩ ر.س</h2><span class="before-price line-through">٣٩٩
        ر.س</span><button>أضف للسلة</button>""",
        "299", "SAR", "399", language="ar", cards="# ر.س",
    ),
    "Lightspeed, Dutch": Theme(
        """<div class="price-wrap"><span class="old-price">€49,95</span><div class="price">€39,95</div><small>Incl.
        btw</small></div><a>In winkelwagen</a>""",
        "39.95", "EUR", "49.95", language="nl", cards="€#,00",
    ),
    "Swedish, with the former price in words": Theme(
        """<div class="product-price"><span>999 kr</span><p>Ord. pris 1&nbsp;299 kr</p><p>Jfr-pris: 499,50 kr/kg</p>
        <p>Lägsta pris senaste 30 dagarna: 949 kr</p></div><button>Lägg i varukorg</button>""",
        "999", "SEK", language="sv", cards="# kr",
    ),
    "Shoptet, Czech, with a price before tax": Theme(
        """<div class="p-final-price-wrapper"><span class="price-standard"><span>1 290 Kč</span></span><span
        class="price-save">–23 %</span><strong class="price-final" data-testid="productCardPrice"><span
        class="price-final-holder">990 Kč</span></strong><span class="price-additional">818 Kč bez DPH</span></div>
        <button>Do košíku</button>""",
        "990", "CZK", "1290", language="cs", cards="# Kč",
    ),
    "UNAS, Hungarian, gross and net": Theme(
        """<div class="prices"><div>Nettó ár: 10 228 Ft</div><div>Bruttó ár: <strong>12 990 Ft</strong></div></div>
        <button>Kosárba</button>""",
        "12990", "HUF", language="hu", cards="#00 Ft",
    ),
    "Romanian, cents above": Theme(
        """<p class="product-old-price"><s>299<sup><small class="mf-decimal">&#44;</small>99</sup>
        <span>Lei</span></s></p>
        <p class="product-new-price">199<sup><small class="mf-decimal">&#44;</small>99</sup> <span>Lei</span></p>
        <button>Adaugă în coș</button>""",
        "199.99", "RON", "299.99", language="ro", cards="# Lei",
    ),
    "India, in classes without words": Theme(
        """<div class="_25b18c"><div class="_30jeq3 _16Jk6d">₹12,999</div><div class="_3I9_wc _2p6lqe">₹<!--
        -->19,999</div>
        <div class="_3Ay6Sb"><span>35% off</span></div></div><div>No cost EMI from ₹2,167/month</div>
        <button>Buy Now</button>""",
        "12999", "INR", language="en-IN", cards="₹#0",
    ),
    "Haravan, Vietnam": Theme(
        """<div class="product-price" id="price-preview"><span class="pro-sale">-20%</span><span
        class="pro-price">350,000₫
        </span><del>440,000₫</del></div><button>Thêm vào giỏ</button>""",
        "350000", "VND", "440000", language="vi", cards="#,000₫",
    ),
    "Indonesia": Theme(
        """<div class="price" data-testid="lblPDPDetailProductPrice">Rp1.250.000</div><div>Rp1.500.000
        <span>17%</span></div>
        <button>+ Keranjang</button>""",
        "1250000", "IDR", language="id", cards="Rp#.000",
    ),
    "Swiss": Theme(
        """<div class="price">CHF 49.90 <span>statt CHF 79.–</span></div><small>inkl. MwSt.</small>
        <button>In den Warenkorb</button>""",
        "49.90", "CHF", language="de-CH", cards="CHF #.–",
    ),
    "lei written without decimals and a point": Theme(
        """<div class="price"><span>1.299</span> <span>lei</span></div><button>Adaugă în coș</button>""",
        "1299", "RON", language="ro", cards="# lei",
    ),
    "Greek": Theme(
        """<div class="price"><span class="old">45,00€</span> <span class="final">38,90€</span></div>
        <button>Προσθήκη στο καλάθι</button>""",
        "38.90", "EUR", "45.00", language="el", cards="#,00€",
    ),
    "Hebrew": Theme(
        """<div class="price"><span class="regular-price">₪199.90</span><span class="special-price">₪149.90</span></div>
        <button>הוסף לסל</button>""",
        "149.90", "ILS", "199.90", language="he", cards="₪#",
    ),
    "Thai": Theme(
        """<div class="price"><span>฿1,290.00</span> <del>฿1,590.00</del></div><button>เพิ่มลงตะกร้า</button>""",
        "1290.00", "THB", "1590.00", language="th", cards="฿#",
    ),
    "Persian": Theme(
        """<div class="price"><del>۳۵۰٬۰۰۰ تومان</del> <ins>۲۹۰٬۰۰۰ تومان</ins></div><button>افزودن به سبد</button>""",
        "290000", "IRR", "350000", language="fa", cards="# تومان", doubtful=True,
    ),
    "Japanese, price with and without tax": Theme(
        """<p class="price">2,000円（税抜）</p><p class="price">2,200円（税込）</p><button>カートに入れる</button>""",
        "2200", "JPY", language="ja", cards="#00円",
    ),
    "French, HT and TTC": Theme(
        """<div class="prix"><span>100,00 € HT</span> <span>120,00 € TTC</span></div><button>Ajouter au
        panier</button>""",
        "120.00", "EUR", language="fr", cards="#,00 €",
    ),
    "Norwegian, eks. mva. first": Theme(
        """<div class="price">800,00 <span>eks. mva.</span></div><div class="price">1 000,00 kr <span>inkl.
        mva.</span></div>
        <button>Legg i handlekurv</button>""",
        "1000.00", "NOK", language="nb", cards="#,00 kr",
    ),
    "Dutch, excl. btw alone": Theme(
        """<div class="price">€ 80,00 <small>excl. btw</small></div><button>In winkelwagen</button>""",
        "80.00", "EUR", language="nl", cards="€ #,00",
    ),
    "Spanish, IVA incluido": Theme(
        """<div class="precio">54,45 € <span>IVA incluido</span></div><div class="pvp">45,00 € sin IVA</div>
        <button>Añadir al carrito</button>""",
        "54.45", "EUR", language="es", cards="#,00 €",
    ),
    "dollars in Canada": Theme(
        """<div class="price">$49.99</div><button>Add to cart</button>""", "49.99", "CAD", language="en-CA",
        doubtful=True,
    ),
    "dollars in Australia by the address": Theme(
        """<div class="price">$49.99</div><button>Add to cart</button>""", "49.99", "AUD",
        url="https://nordlys.example.com.au/p/1",
    ),
    "kroner without a language": Theme(
        """<div class="price">499 kr</div><button>Add to cart</button>""", "499", "DKK", cards="# kr",
        url="https://nordlys.dk/p/1", doubtful=None,
    ),
    "Ukrainian": Theme(
        """<p class="product-price__small">1 599₴</p><p class="product-price__big">1 299₴</p><button>Купити</button>""",
        "1299", "UAH", language="uk", cards="#₴",
    ),
    "Allegro-like, Polish, cents in a piece": Theme(
        """<div aria-label="cena 129,99 zł"><span>129,</span><span>99</span> <span>zł</span></div><div>zapłać później z
        129,99 zł</div><div>z dostawą 138,98 zł</div><button>dodaj do koszyka</button>""",
        "129.99", "PLN", language="pl", cards="#,00 zł",
    ),
    "Finnish, a colon for the cents": Theme(
        """<div class="price">24:95 €</div><button>Lisää ostoskoriin</button>""", "24.95", "EUR", language="fi",
        cards="#:00 €",
    ),
    "Kuwait, three decimals": Theme(
        """<div class="price">KD 12.500</div><button>Add to cart</button>""", "12.500", "KWD", cards="KD #.000",
    ),
    "Chile": Theme(
        """<div class="price"><span>$ 12.990</span></div><button>Agregar al carro</button>""", "12990", "CLP",
        language="es-CL", cards="$ #.000",
    ),
    "South Africa": Theme(
        """<div class="price">R 1 299.00</div><button>Add to cart</button>""", "1299.00", "ZAR", language="en-ZA",
        cards="R #.00",
    ),
}
