"""Pages in the markup of shop systems' own themes, and of large shops, by their public templates.

Shops, products and prices are made up.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.pages import ld
from tests.engine.workloads.web.price.themes.theme import Theme, meta_price, woo

SYSTEMS: dict[str, Theme] = {
    "WooCommerce, reduced, German": Theme(
        f"""<p class="price"><del aria-hidden="true">{woo("59,90")}</del>
        <span class="screen-reader-text">Ursprünglicher Preis war: 59,90&nbsp;&euro;</span>
        <ins aria-hidden="true">{woo("49,90")}</ins>
        <span class="screen-reader-text">Aktueller Preis ist: 49,90&nbsp;&euro;.</span></p>
        <p class="wc-gzd-additional-info tax-info">inkl. 19 % MwSt.</p>
        <p class="wc-gzd-additional-info shipping-costs-info">zzgl. <a href="/versand">Versandkosten</a></p>
        <p class="price price-unit smaller">{woo("99,80")} / <span class="unit">kg</span></p>
        <form class="cart"><button class="single_add_to_cart_button">In den Warenkorb</button></form>""",
        "49.90", "EUR", "59.90", language="de-DE", cards="#,00&nbsp;€", doubtful=False,
    ),
    "WooCommerce, variable, a range": Theme(
        f"""<p class="price">{woo("19,00")} – {woo("39,00")}</p><form class="variations_form cart"
        data-product_variations='[{{"display_price":19,"display_regular_price":19}},{{"display_price":39}}]'>
        <button>Ajouter au panier</button></form>""",
        "19.00", "EUR", language="fr-FR", cards="#,00&nbsp;€", doubtful=True,
    ),
    "WooCommerce, Omnibus, Polish": Theme(
        f"""<p class="price"><del>{woo("159,00", "zł")}</del> <ins>{woo("129,00", "zł")}</ins></p>
        <p class="omnibus-price">Najniższa cena z 30 dni przed obniżką: {woo("119,00", "zł")}</p>
        <form class="cart"><button>Dodaj do koszyka</button></form>""",
        "129.00", "PLN", "159.00", language="pl-PL", cards="#,00&nbsp;zł",
    ),
    "Shopify Dawn, reduced": Theme(
        """<div class="no-js-hidden" id="price-template"><div class="price price--large price--on-sale">
        <div class="price__container"><div class="price__regular"><span class="visually-hidden
        visually-hidden--inline">Regular price</span><span class="price-item price-item--regular">$45.00
        USD</span></div>
        <div class="price__sale"><span class="visually-hidden">Regular price</span><span>
        <s class="price-item price-item--regular">$60.00 USD</s></span><span class="visually-hidden">Sale price</span>
        <span class="price-item price-item--sale price-item--last">$45.00 USD</span></div>
        <small class="unit-price caption hidden"><span class="visually-hidden">Unit price</span><span></span></small>
        </div><span class="badge price__badge-sale">Sale</span></div></div>
        <form action="/cart/add"><button name="add">Add to cart</button></form>""",
        "45.00", "USD", "60.00", head=meta_price("45.00", "USD", "og"), doubtful=False,
    ),
    "Shopify Debut, reduced": Theme(
        """<dl class="price price--on-sale" data-price><div class="price__regular"><dt>
        <span class="visually-hidden">Regular price</span></dt><dd><s class="price-item price-item--regular">£60.00</s>
        </dd></div><div class="price__sale"><dt><span class="visually-hidden">Sale price</span></dt><dd>
        <span class="price-item price-item--sale">£45.00</span></dd><div class="price__badge">Save
        £15.00</div></div></dl>
        <form action="/cart/add"><button name="add">Add to cart</button></form>""",
        "45.00", "GBP", "60.00", language="en-GB", cards="£#.00",
    ),
    "Shopify, ProductGroup and a variant's address": Theme(
        """<div class="price"><span class="price-item">$52.00</span></div><button name="add">Add to cart</button>""",
        "52.00", "USD", url="https://nordlys.example/products/lantern?variant=22", doubtful=False,
        head=ld('{"@type":"ProductGroup","name":"Oslo Lantern","hasVariant":['
                '{"@type":"Product","name":"Oslo Lantern - Small","offers":{"@type":"Offer","price":"45.00",'
                '"priceCurrency":"USD","url":"https://nordlys.example/products/lantern?variant=21"}},'
                '{"@type":"Product","name":"Oslo Lantern - Large","offers":{"@type":"Offer","price":"52.00",'
                '"priceCurrency":"USD","url":"https://nordlys.example/products/lantern?variant=22"}}]}'),
    ),
    "Magento 2 Luma, reduced": Theme(
        """<div class="product-info-main"><div class="product-info-price"><div class="price-box price-final_price">
        <span class="special-price"><span class="price-container price-final_price tax weee">
        <span class="price-label">Sonderpreis</span><span id="product-price-12" data-price-amount="39.9"
        data-price-type="finalPrice" class="price-wrapper"><span class="price">39,90&nbsp;€</span></span></span></span>
        <span class="old-price"><span class="price-container price-final_price tax weee"><span class="price-label">
        Normalpreis</span><span id="old-price-12" data-price-amount="59.9" data-price-type="oldPrice"
        class="price-wrapper"><span class="price">59,90&nbsp;€</span></span></span></span></div></div>
        <button id="product-addtocart-button">In den Warenkorb</button></div>""",
        "39.90", "EUR", "59.90", language="de", cards="#,00&nbsp;€",
    ),
    "Magento 2, with and without tax": Theme(
        """<div class="product-info-main"><div class="price-box price-final_price"><span class="price-container
        price-final_price tax weee"><span id="price-including-tax-product-price-7" data-label="Inkl. MwSt."
        data-price-amount="119" data-price-type="finalPrice" class="price-wrapper price-including-tax">
        <span class="price">119,00 €</span></span><span id="price-excluding-tax-product-price-7"
        data-label="Exkl. MwSt." data-price-amount="100" data-price-type="basePrice"
        class="price-wrapper price-excluding-tax"><span class="price">100,00 €</span></span></span></div>
        <button>In den Warenkorb</button></div>""",
        "119.00", "EUR", language="de", cards="#,00&nbsp;€",
    ),
    "Magento 1, reduced": Theme(
        """<div class="price-box"><p class="old-price"><span class="price-label">Regular Price:</span>
        <span class="price" id="old-price-410">$120.00</span></p><p class="special-price"><span class="price-label">
        Special Price</span><span class="price" id="product-price-410">$89.00</span></p></div>
        <button class="button btn-cart">Add to Cart</button>""",
        "89.00", "USD", "120.00",
    ),
    "PrestaShop 1.7 Classic, reduced": Theme(
        """<div class="product-prices js-product-prices"><div class="product-discount"><span class="regular-price">29,90
        €</span></div><div class="product-price h5 has-discount"><div class="current-price">
        <span class="current-price-value" content="23.92">23,92&nbsp;€</span><span class="discount discount-percentage">
        Économisez 20%</span></div></div><div class="tax-shipping-delivery-label">TTC</div></div>
        <button class="add-to-cart">Ajouter au panier</button>""",
        "23.92", "EUR", "29.90", language="fr-FR", cards="#,00&nbsp;€",
    ),
    "PrestaShop 1.6": Theme(
        """<div itemscope itemtype="https://schema.org/Product"><p class="our_price_display" itemprop="offers" itemscope
        itemtype="https://schema.org/Offer"><link itemprop="availability" href="https://schema.org/InStock"/>
        <span id="our_price_display" class="price" itemprop="price" content="16.51">16,51 €</span>
        <meta itemprop="priceCurrency" content="EUR"/></p><p id="old_price"><span id="old_price_display">
        <span class="price">18,35 €</span></span></p><p id="pretaxe_price"><span id="pretaxe_price_display">13,76 €
        </span> HT</p></div><button>Añadir al carrito</button>""",
        "16.51", "EUR", language="es-ES", cards="#,00&nbsp;€", doubtful=False,
    ),
    "Shopware 6, reduced": Theme(
        """<div class="product-detail-price-container"><p class="product-detail-price with-list-price">39,95&nbsp;€*
        <span class="list-price-wrapper"><span class="list-price-price">49,95&nbsp;€*</span>
        <span class="list-price-percentage">(20.02% gespart)</span></span></p></div>
        <div class="product-detail-price-unit"><span class="price-unit-label">Inhalt:</span>
        <span class="price-unit-content">0.75 Liter</span><span class="price-unit-reference-content">(53,27&nbsp;€* / 1
        Liter)</span></div><p>Preise inkl. MwSt.</p><button class="btn-buy">In den Warenkorb</button>""",
        "39.95", "EUR", "49.95", language="de-DE", cards="#,00&nbsp;€",
    ),
    "Shopware 6, prices by number": Theme(
        """<div class="product-block-prices" itemprop="offers" itemscope itemtype="https://schema.org/AggregateOffer">
        <meta itemprop="priceCurrency" content="EUR"><meta itemprop="lowPrice" content="35"><meta itemprop="highPrice"
        content="39.95"><table class="table product-block-prices-grid"><tr><th>Anzahl</th><th>Stückpreis</th></tr>
        <tr><th>Bis <span class="product-block-prices-quantity">9</span></th><td>39,95&nbsp;€*</td></tr>
        <tr><th>Ab <span class="product-block-prices-quantity">10</span></th><td>35,00&nbsp;€*</td></tr></table></div>
        <button class="btn-buy">In den Warenkorb</button>""",
        "39.95|35", "EUR", language="de-DE", cards="#,00&nbsp;€", doubtful=True,
    ),
    "Shopware 5, reduced": Theme(
        """<div itemscope itemtype="https://schema.org/Product"><div itemprop="offers" itemscope
        itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR"/><div class="product--price
        price--default price--discount"><span class="price--content content--default"><meta itemprop="price"
        content="24.99">24,99&nbsp;&euro; *</span><span class="content--discount"><span
        class="price--line-through">29,99
        &nbsp;&euro; *</span><span class="price--discount-percentage">(16,67% gespart)</span></span></div></div></div>
        <button class="buybox--button">In den Warenkorb</button>""",
        "24.99", "EUR", "29.99", language="de", cards="#,00&nbsp;€", doubtful=False,
    ),
    "OpenCart, reduced, with a price before tax": Theme(
        """<ul class="list-unstyled"><li><span style="text-decoration: line-through;">$122.00</span></li>
        <li><h2>$98.00</h2></li><li>Ex Tax: $80.00</li><li>Price in reward points: 400</li><li><hr></li>
        <li>10 or more $88.00</li></ul><button id="button-cart">Add to Cart</button>""",
        "98.00", "USD", "122.00",
    ),
    "BigCommerce Cornerstone, reduced": Theme(
        """<div class="productView-price"><div class="price-section price-section--withoutTax rrp-price--withoutTax"
        style="display: none;"><span>MSRP:</span><span class="price price--rrp"></span></div>
        <div class="price-section price-section--withoutTax non-sale-price--withoutTax"><span>Was:</span>
        <span class="price price--non-sale">$150.00</span></div><div class="price-section price-section--withoutTax">
        <span class="price-label"></span><span class="price-now-label">Now:</span><span data-product-price-without-tax
        class="price price--withoutTax">$120.00</span></div><div class="price-section price-section--saving price">
        <span class="price">(You save</span><span class="price price--saving">$30.00</span><span class="price">)</span>
        </div></div><input id="form-action-addToCart" type="submit" value="Add to Cart">""",
        "120.00", "USD", "150.00",
    ),
    "Squarespace": Theme(
        """<div class="product-price"><span class="sqs-money-native">35.00</span></div><div
        class="sqs-add-to-cart-button">
        <div>Add To Cart</div></div>""",
        "35.00", "EUR", head=meta_price("35.00", "EUR"),
    ),
    "Wix": Theme(
        """<div data-hook="product-prices-wrapper"><span data-hook="formatted-primary-price"
        data-wix-price="29,00&nbsp;€">29,00&nbsp;€</span><span data-hook="sr-formatted-primary-price">Preis</span></div>
        <button data-hook="add-to-cart">In den Warenkorb</button>""",
        "29.00", "EUR", language="de", cards="#,00&nbsp;€", doubtful=False,
        head=ld('{"@context":"https://schema.org/","@type":"Product","name":"Oslo Lantern","Offers":{"@type":"Offer",'
                '"priceCurrency":"EUR","price":"29","Availability":"https://schema.org/InStock"}}'),
    ),
    "osCommerce: the price is a heading too": Theme(
        """<p>Brass, for candles of any size.</p><button>Add to Cart</button>""",
        "42.00", "USD", "49.99",
        heading="<h1 style='float: right;'><del>$49.99</del> <span class='productSpecialPrice'>$42.00</span></h1>"
                "<h1>{name}</h1>",
    ),
    "Zen Cart": Theme(
        """<h2 id="productPrices" class="productGeneral"><span class="normalprice">$49.99 </span>&nbsp;
        <span class="productSpecialPrice">$42.00</span><span class="productPriceDiscount"><br>Save:&nbsp;16% off</span>
        </h2><input type="submit" value="Add to Cart">""",
        "42.00", "USD", "49.99",
    ),
    "JTL, unit price": Theme(
        """<div class="price_wrapper" itemprop="offers" itemscope itemtype="https://schema.org/Offer"><div
        class="price h1">
        <span>29,99&nbsp;€</span></div><meta itemprop="price" content="29.99"><meta itemprop="priceCurrency"
        content="EUR">
        <div class="base_price"><span class="value">59,98&nbsp;€ pro 1 kg</span></div><div class="vat_info">inkl. 19%
        USt., zzgl. <a href="/v">Versand</a> (ab 4,90 €)</div></div><button>In den Warenkorb</button>""",
        "29.99", "EUR", language="de", cards="#,00&nbsp;€", doubtful=False,
    ),
    "Salesforce SFRA, reduced": Theme(
        """<div class="prices"><div class="price"><span><del><span class="strike-through list"><span class="value"
        content="120.00"><span class="sr-only">Price reduced from</span>$120.00<span
        class="sr-only">to</span></span></span>
        </del><span class="sales"><span class="value" content="84.00">$84.00</span></span></span></div></div>
        <button class="add-to-cart">Add to Cart</button>""",
        "84.00", "USD", "120.00",
    ),
    "Amazon-like, a price in pieces and its list price": Theme(
        """<div id="corePriceDisplay_desktop_feature_div" class="celwidget"><div class="a-section a-spacing-none
        aok-align-center"><span class="a-size-large a-color-price savingPriceOverride savingsPercentage">-23%</span>
        <span class="a-price aok-align-center priceToPay"><span class="a-offscreen">$22.99</span><span
        aria-hidden="true"><span class="a-price-symbol">$</span><span class="a-price-whole">22<span
        class="a-price-decimal">.</span></span><span class="a-price-fraction">99</span></span></span></div><div
        class="a-section a-spacing-small aok-align-center"><span class="a-size-small a-color-secondary
        basisPrice">List Price: <span class="a-price a-text-price" data-a-strike="true"><span
        class="a-offscreen">$29.99</span><span aria-hidden="true">$29.99</span></span></span></div></div>
        <input id="add-to-cart-button" type="submit" value="Add to Cart">""",
        "22.99", "USD", "29.99", heading="<h1 id='title'><span id='productTitle'>{name}</span></h1>",
    ),
    "eBay-like, an approximate price in another currency": Theme(
        """<div class="x-price-primary"><span class="ux-textspans">GBP 45.00</span></div><div class="x-price-approx">
        <span>Approximately</span> <span class="ux-textspans ux-textspans--BOLD">US $57.12</span></div><div>Postage:
        <span>GBP 12.00</span></div><a>Buy It Now</a>""",
        "45.00", "GBP", head=meta_price("45.00", "GBP", "og"),
    ),
    "Etsy-like, a price from and a quantity select": Theme(
        """<div data-buy-box-region="price"><p class="wt-text-title-larger wt-mr-xs-1"><span
        class="wt-screen-reader-only">Price:</span> €35.00+</p></div><select><option>Small
        (€35.00)</option><option>Large
        (€48.00)</option></select><button>Add to basket</button>""",
        "35.00", "EUR", cards="€#.00",
        head=ld('{"@type":"Product","name":"Oslo Lantern","offers":{"@type":"AggregateOffer","lowPrice":"35.00",'
                '"highPrice":"48.00","priceCurrency":"EUR"}}'), doubtful=True,
    ),
    "IKEA-like, the price in hidden words too": Theme(
        """<div class="pip-price-module"><span class="pip-price"><span class="pip-price__nowrap"
        aria-hidden="true"><span
        class="pip-price__currency">€</span><span class="pip-price__integer">49</span><span class="pip-price__decimal">
        <span class="pip-price__separator">.</span>99</span></span><span class="pip-price__sr-text">Price € 49.99</span>
        </span></div><button>Add to bag</button>""",
        "49.99", "EUR", cards="€#.00",
    ),
    "Ubercart, a label without class": Theme(
        """<table><tr><td>SKU:</td><td>1298</td></tr><tr><td>List Price:</td><td>$95.00</td></tr><tr><td>Price:</td>
        <td>$71.25</td></tr></table><input type="submit" value="Add to cart">""",
        "71.25", "USD", "95.00",
    ),
    "1999's page: a table and fonts": Theme(
        """<table border=1><tr><td><font size=4 color=red><b>Only $12.95!</b></font></td></tr><tr><td>Shipping &amp;
        handling
        $4.95</td></tr></table><a href="order.cgi">Order now</a>""",
        "12.95", "USD",
    ),
    "React, text in pieces by comments": Theme(
        """<div class="css-1x2"><span>$<!-- -->1,249<!-- -->.<!-- -->00</span></div><button>Add to cart</button>""",
        "1249.00", "USD",
    ),
    "Angular, an unfilled template beside": Theme(
        """<div class="price" ng-bind="p.price">{{{{ product.price | currency }}}}</div><div class="price">$88.00</div>
        <button>Add to cart</button>""".replace("{{{{", "{{").replace("}}}}", "}}"),
        "88.00", "USD",
    ),
}
