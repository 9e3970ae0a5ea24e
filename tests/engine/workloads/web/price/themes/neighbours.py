"""Pages on which other amounts stand beside the price: instalments, deposits, other offers; or none is the price.

Shops, products and prices are made up.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.themes.theme import Theme, ld_offer

NEIGHBOURS: dict[str, Theme] = {
    "trade, net first": Theme(
        """<div class="prices"><span class="price-net">100,00 €</span> <span>zzgl. MwSt.</span><br>
        <span class="price-gross">119,00 €</span> <span>inkl. MwSt.</span></div><button>In den Warenkorb</button>""",
        "119.00", "EUR", language="de", cards="#,00&nbsp;€",
    ),
    "a deposit and what is paid": Theme(
        """<div class="price">1,29 €</div><div class="deposit">zzgl. Pfand 0,25 €</div><div>(1 l = 1,29 €)</div>
        <button>In den Warenkorb</button>""",
        "1.29", "EUR", language="de", cards="#,00 €",
    ),
    "a price on request": Theme(
        """<p class="price-on-request">Price on request: call us.</p><a href="/contact">Ask for an offer</a>""",
        None, None,
    ),
    "a gift card with amounts to choose": Theme(
        """<div class="amounts"><label><input type="radio">$25.00</label><label><input type="radio">$50.00</label>
        <label><input type="radio">$100.00</label></div><button>Add to cart</button>""",
        "25.00|50.00|100.00|None", "USD", doubtful=True,
    ),
    "a subscription beside the single price": Theme(
        """<div class="purchase"><label><input type="radio"> One-time purchase <span class="price">$30.00</span></label>
        <label><input type="radio"> Subscribe &amp; save 10% <span class="price">$27.00</span></label></div>
        <button>Add to cart</button>""",
        "30.00", "USD",
    ),
    "a book in several bindings": Theme(
        """<ul class="formats"><li><a href="/ebook">eBook $9.99</a></li><li class="selected"><span>Paperback</span>
        <span>$16.00</span></li><li><a href="/hard">Hardcover $28.00</a></li></ul><div class="buybox"><span
        class="price">$16.00</span><button>Add to cart</button></div>""",
        "16.00", "USD",
    ),
    "used and new": Theme(
        """<div class="buybox"><span class="price">$220.00</span><button>Add to cart</button></div>
        <div class="other-offers">Used from $149.00 · New from $215.00</div>""",
        "220.00", "USD",
    ),
    "a loyalty programme's price": Theme(
        """<div class="price"><span class="price-sales">149 kr</span></div><div class="member-price">Medlemspris 119
        kr</div>
        <button>Læg i kurv</button>""",
        "149", "DKK", language="da", cards="# kr",
    ),
    "sold out, the price still there": Theme(
        """<div class="price">$55.00</div><p class="stock out-of-stock">Out of stock</p><p>Notify me</p>""",
        "55.00", "USD", head=ld_offer("55", "USD").replace("InStock", "OutOfStock"), doubtful=False,
    ),
    "a quantity discount in a table": Theme(
        """<span class="price">$10.00</span><table class="tier-prices"><tr><th>Buy 10</th><td>$9.00 each</td></tr><tr>
        <th>Buy 50</th><td>$8.00 each</td></tr></table><button>Add to cart</button>""",
        "10.00", "USD",
    ),
    "supermarket, a price per kilogram that is bigger type": Theme(
        """<div class="pd__cost"><span class="pd__cost__retail-price">£1.75</span><span
        class="pd__cost__unit-price">£8.75
        / kg</span></div><button>Add</button>""",
        "1.75", "GBP", language="en-GB", cards="£#.00",
    ),
    "supermarket, unit price first": Theme(
        """<div class="unit">(100 g = 1,10 €)</div><div class="priceline"><span>2,75</span>
        <span>€</span></div><button>In
        den Warenkorb</button>""",
        "2.75", "EUR", language="de", cards="#,00 €",
    ),
    "two prices for pick-up and delivery": Theme(
        """<div class="pickup">Pick up in store <span class="price">$18.00</span></div><div class="ship">Ship to home
        <span
        class="price">$18.00</span> + $5.99 shipping</div><button>Add to cart</button>""",
        "18.00", "USD",
    ),
    "energy, instalments first": Theme(
        """<div class="finance">£25.00 a month for 24 months</div><div class="cash">or <b>£549.00</b> today</div>
        <button>Add to basket</button>""",
        "549.00", "GBP", language="en-GB", cards="£#.00",
    ),
    "a phone with a contract": Theme(
        """<div class="price price--upfront">£29.00 upfront</div><div class="price price--monthly">£32.00 a month</div>
        <div>24 month contract</div><button>Add to basket</button>""",
        "29.00|549.00|None", "GBP", language="en-GB", cards="£#.00", doubtful=True,
    ),
    "a percentage that is a coupon's": Theme(
        """<div class="price">$40.00</div><div class="promo">Extra 10% off with code SAVE10: $36.00</div><button>Add to
        cart</button>""",
        "40.00", "USD",
    ),
    "a rival's price": Theme(
        """<div class="price">1 190 kr</div><p>Hos andra butiker från 1 350 kr</p><button>Lägg i varukorg</button>""",
        "1190", "SEK", language="sv", cards="# kr",
    ),
    "a 404 page with offers": Theme(
        """<p>Sorry, the page you are looking for was not found.</p>""", None, None,
        name="404 – Page not found",
    ),
    "a category": Theme(
        """<ul class="products">""" + "".join(
            f"<li class='product'><a href='/p/{n}'><h2>Lantern {n}</h2><span class='price'>${n}9.00</span></a></li>"
            for n in range(1, 13)
        ) + "</ul>",
        "None|19.00", "USD", name="Lanterns", doubtful=True,
    ),
    "a hotel's price per night": Theme(
        """<div class="rate">€ 120 per night</div><button>Book now</button>""", "120|None", "EUR", cards="€#",
        doubtful=True,
    ),
    "a download for nothing": Theme(
        """<div class="price">Free</div><button>Download</button>""", "0|None", "USD", doubtful=True,
    ),
    "a price in the heading's own box": Theme(
        """<p>Brass.</p><button>Add to cart</button>""", "44.00", "USD",
        heading="<div class='title-row'><h1>{name}</h1><span class='amount'>$44.00</span></div>",
    ),
    "an old price without a class, a new one in bold": Theme(
        """<p>Früher 89,00 €, jetzt <b>69,00 €</b></p><button>In den Warenkorb</button>""",
        "69.00", "EUR", "89.00", language="de", cards="#,00 €",
    ),
    "a saving in money alone proves the old price": Theme(
        """<div><span>$150.00</span> <span>$120.00</span> <span>You save $30.00</span></div><button>Add to
        cart</button>""",
        "120.00", "USD", "150.00",
    ),
    "a hidden variant's price before the shown one": Theme(
        """<div class="variants"><div class="variant" style="display:none"><span class="price">$75.00</span></div><div
        class="variant"><span class="price">$65.00</span></div></div><button>Add to cart</button>""",
        "65.00", "USD",
    ),
    "a sticky bar repeats the price": Theme(
        """<div class="price">$65.00</div><button>Add to cart</button><div class="sticky-bar"><span>Oslo Lantern</span>
        <span>$65.00</span><button>Add to cart</button></div><div class="bundle">Buy together <span
        class="price">$99.00</span><button>Add both to cart</button></div>""",
        "65.00", "USD",
    ),
    "a size table with prices": Theme(
        """<div class="price">CA$34.00</div><table class="sizes"><tr><td>S</td><td>CA$34.00</td></tr><tr><td>M</td>
        <td>CA$38.00</td></tr><tr><td>L</td><td>CA$42.00</td></tr></table><button>Add to cart</button>""",
        "34.00", "CAD",
    ),
    "a trade-in": Theme(
        """<div class="price">$799.00</div><div>or from $399.00 with trade-in</div><div>$33.29/mo. for 24 mo.</div>
        <button>Buy</button>""",
        "799.00", "USD",
    ),
    "insurance to add": Theme(
        """<div class="price">4 990 Kč</div><label><input type="checkbox"> Prodloužená záruka +490 Kč</label><button>Do
        košíku</button>""",
        "4990", "CZK", language="cs", cards="# Kč",
    ),
    "a price for a way to pay, with its percentage": Theme(
        """<div class="price">$40.00</div><div>Pay by bank: $36.00 (10% off)</div>
        <button>Add to cart</button>""",
        "40.00", "USD",
    ),
    "a first order's price": Theme(
        """<div class="price">$40.00</div><div><span>First order:</span> <b>$36.00</b> <span>-10%</span></div>
        <button>Add to cart</button>""",
        "40.00", "USD",
    ),
    "a refurbished one": Theme(
        """<div class="price">$40.00</div><div><span>Refurbished</span> <b>$32.00</b> <span>20% off</span></div>
        <button>Add to cart</button>""",
        "40.00", "USD",
    ),
    "a subscription, its percentage apart": Theme(
        """<div class="opt"><span>One-time</span> <span>$40.00</span></div><div class="opt"><span>Subscribe &amp;
        save</span> <span>10%</span> <span>$36.00</span></div>
        <button>Add to cart</button>""",
        "40.00|36.00", "USD", doubtful=True,
    ),
    "a second pack at a percentage less": Theme(
        """<div class="opt"><span>1 pack</span> <span>$10.00</span></div><div class="opt"><span>2 pack</span>
        <span>$9.00 each</span> <span>save 10%</span></div>
        <button>Add to cart</button>""",
        "10.00", "USD",
    ),
    "a net is sold": Theme(
        """<div class="price">$24.00</div><div>Fishing net $24.00</div><button>Add to cart</button>""",
        "24.00", "USD",
    ),
    "a net in a text above": Theme(
        """<p>Hair net</p><div>$4.00</div><div>$4.80</div><button>Add to cart</button>""",
        "4.00|4.80", "USD",
    ),
    "used ones at half the price": Theme(
        """<div class="price">$40.00</div><p>Used: $20.00</p><p>50% off used books</p>
        <button>Add to cart</button>""",
        "40.00", "USD",
    ),
    "members' price behind what is saved": Theme(
        """<div class="price">$40.00</div><div class="save">You save $4.00</div><div>$36.00 for members</div>
        <button>Add to cart</button>""",
        "40.00", "USD",
    ),
    "the lowest price of thirty days behind its amount": Theme(
        """<div class="price">49,90 €</div><div>44,90 € niedrigster Preis der letzten 30 Tage</div>
        <button>In den Warenkorb</button>""",
        "49.90", "EUR", language="de", cards="#,00 €",
    ),
    "with and without tax by class": Theme(
        """<div class="price-with-tax">$121.00</div><div class="price-without-tax">$100.00</div>
        <button>Add to cart</button>""",
        "121.00", "USD",
    ),
    "before tax alone, and a delivery above it": Theme(
        """<div class="price">£100.00 <small>exc VAT</small></div><div>Delivery £110.00</div>
        <button>Add to basket</button>""",
        "100.00", "GBP", language="en-GB", cards="£#.00",
    ),
}
