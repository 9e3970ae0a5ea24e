"""Pages whose data (JSON-LD, microdata, RDFa, meta tags) say it in an odd way, or something else than the page.

Shops, products and prices are made up.
"""

from __future__ import annotations

from tests.engine.workloads.web.price.pages import ld
from tests.engine.workloads.web.price.themes.theme import Theme, ld_offer, meta_price

DATA: dict[str, Theme] = {
    "data before tax, the page with and without": Theme(
        """<div class="price"><span class="ex-vat">£100.00 ex. VAT</span><span class="inc-vat">£120.00 inc.
        VAT</span></div>
        <button>Add to basket</button>""",
        "120.00|100.00", "GBP", language="en-GB", cards="£#.00", head=ld_offer('"100.00"', "GBP"), doubtful=True,
    ),
    "data of nought, as for what has options": Theme(
        """<div class="price">$79.00</div><button>Add to cart</button>""", "79.00", "USD", head=ld_offer("0", "USD"),
    ),
    "data with a comma": Theme(
        """<div class="price">1.299,00 €</div><button>In den Warenkorb</button>""",
        "1299.00", "EUR", language="de", cards="#,00 €", head=ld_offer('"1.299,00"', "EUR"), doubtful=False,
    ),
    "data with a sign for its currency": Theme(
        """<div class="price">€ 12,50</div><button>In winkelwagen</button>""",
        "12.50", "EUR", language="nl", cards="€ #,00", head=ld_offer('"12.50"', "€"), doubtful=False,
    ),
    "data with the list price as a specification": Theme(
        """<div class="price"><s>$90.00</s> $70.00</div><button>Add to cart</button>""",
        "70.00", "USD", "90.00", doubtful=False,
        head=ld('{"@type":"Product","name":"Oslo Lantern","offers":{"@type":"Offer","priceCurrency":"USD",'
                '"priceSpecification":[{"@type":"UnitPriceSpecification","price":"90.00","priceCurrency":"USD",'
                '"priceType":"https://schema.org/StrikethroughPrice"},{"@type":"UnitPriceSpecification",'
                '"price":"70.00","priceCurrency":"USD"}]}}'),
    ),
    "two products in the data, one from an app for ratings": Theme(
        """<div class="price">$70.00</div><button>Add to cart</button>""", "70.00", "USD", doubtful=False,
        head=ld_offer("70", "USD") + ld('{"@type":"Product","name":"Oslo Lantern","aggregateRating":'
                                         '{"@type":"AggregateRating","ratingValue":"4.9","reviewCount":12}}'),
    ),
    "RDFa": Theme(
        """<div vocab="https://schema.org/" typeof="Product"><span property="name">Oslo Lantern</span><div
        property="offers"
        typeof="Offer"><span property="priceCurrency" content="NOK">kr</span> <span property="price"
        content="1290">1&nbsp;290,-</span></div></div><button>Legg i handlekurv</button>""",
        "1290", "NOK", language="nb", cards="#,-", doubtful=False,
    ),
    "Open Graph says the list price": Theme(
        """<div class="price"><del>$80.00</del> <ins>$64.00</ins></div><button>Add to cart</button>""",
        "64.00", "USD", "80.00", head=meta_price("80.00", "USD"),
    ),
    "an auction with its start price in the data": Theme(
        """<div class="bid"><span>Current bid:</span> <span class="price">EUR 200,00</span></div><div>Startpreis: EUR
        150,00</div><button>Bieten</button>""",
        "200.00", "EUR", language="de", cards="EUR #,00", head=ld_offer("150", "EUR") + meta_price("200.00", "EUR"),
    ),
    "H&M-like, members' price in the data as a specification": Theme(
        """<div class="price"><span class="member">Member price £15.99</span> <span>£19.99</span></div><button>Add to
        bag</button>""",
        "19.99", "GBP", language="en-GB", cards="£#.00",
        head=ld('{"@type":"Product","name":"Oslo Lantern","offers":{"@type":"Offer","price":"19.99","priceCurrency":'
                '"GBP","priceSpecification":{"@type":"UnitPriceSpecification","price":"15.99","priceCurrency":"GBP",'
                '"validForMemberTier":{"@type":"MemberProgramTier"}}}}'),
    ),
    "a price in an attribute alone, Shopify's JSON in a script": Theme(
        """<script type="application/json" data-product-json>{"id":1,"title":"Oslo
        Lantern","variants":[{"id":11,"price":
        4500,"compare_at_price":6000,"available":true}]}</script><script>Shopify.currency = {"active":"CAD"};
        var Shopify = Shopify || {};</script><button name="add">Add to cart</button>""",
        "45.00", "CAD", "60.00",
    ),
    "data of several sellers": Theme(
        """<div class="price">€ 199,00</div><p>Verkoop door Lichtwinkel</p><a>+3 andere verkopers vanaf € 189,00</a>
        <button>In winkelwagen</button>""",
        "199.00", "EUR", language="nl", cards="€ #,00",
        head=ld('{"@type":"Product","name":"Oslo Lantern","offers":[{"@type":"Offer","price":"199.00","priceCurrency":'
                '"EUR"},{"@type":"Offer","price":"189.00","priceCurrency":"EUR"}]}'), doubtful=True,
    ),
    "a breadcrumb list and an organisation around the product": Theme(
        """<div class="price">£70.00</div><button>Add to basket</button>""", "70.00", "GBP", cards="£#.00",
        doubtful=False,
        language="en-GB",
        head=ld('{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"Nordlys"},{"@type":'
                '"BreadcrumbList","itemListElement":[{"@type":"ListItem","position":1,"name":"Lamps"}]},{"@type":'
                '"WebPage","mainEntity":{"@type":"Product","name":"Oslo Lantern","offers":{"@id":"#offer"}}},{"@id":'
                '"#offer","@type":"Offer","price":70,"priceCurrency":"GBP"}]}'),
    ),
    "JSON-LD of the products below": Theme(
        """<div class="price">$61.00</div><button>Add to cart</button>""", "61.00", "USD",
        head=ld('{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"Product","name":"Lamp 0",'
                '"offers":{"@type":"Offer","price":"24","priceCurrency":"USD"}}},{"@type":"ListItem","item":{"@type":'
                '"Product","name":"Lamp 1","offers":{"@type":"Offer","price":"31","priceCurrency":"USD"}}}]}'),
    ),
    "microdata of the products below": Theme(
        """<div class="price">$61.00</div><button>Add to cart</button></div><div class="also"><div itemscope
        itemtype="http://schema.org/Product"><span itemprop="name">Lamp 0</span><div itemprop="offers" itemscope
        itemtype="http://schema.org/Offer"><meta itemprop="priceCurrency" content="USD"><span itemprop="price"
        content="24">$24</span></div></div>""",
        "61.00", "USD",
    ),
    "microdata in an old way": Theme(
        """<div itemscope itemtype="http://data-vocabulary.org/Product"><span itemprop="name">Oslo Lantern</span><span
        itemprop="offerDetails" itemscope itemtype="http://data-vocabulary.org/Offer"><meta itemprop="currency"
        content="USD">$<span itemprop="price">33.00</span></span></div><button>Add to cart</button>""",
        "33.00", "USD",
    ),
    "Open Graph with a sign and a comma": Theme(
        """<div class="price">12,90&nbsp;€</div><button>Ajouter au panier</button>""",
        "12.90", "EUR", language="fr", cards="#,00 €",
        head='<meta property="og:price:amount" content="12,90 €"><meta property="og:type" content="product">',
    ),
    "twitter's labels": Theme(
        """<div>$19.00</div><button>Add to cart</button>""", "19.00", "USD",
        head='<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="$19.00">',
    ),
    "thousands by a point in Open Graph": Theme(
        """<div class="price">1.299 €</div><button>Comprar</button>""", "1299", "EUR", language="es", cards="# €",
        head=meta_price("1299", "EUR"), doubtful=False,
    ),
}
