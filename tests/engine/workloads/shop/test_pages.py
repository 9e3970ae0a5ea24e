"""Whole pages: of a real page's size, the same every time, with the price among traps."""

from __future__ import annotations

from decimal import Decimal
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from engine.workloads.shop.catalogue import FORBIDDEN, SHOPS, list_price, product_paths, shop_and_product
from engine.workloads.shop.markup import MARKUP
from engine.workloads.shop.numbers import NUMBERS
from engine.workloads.shop.pages import product_page, robots_txt, sitemap_xml
from tests.engine.workloads.shop.expected import expected

BASE = "http://127.0.0.1:8000"


def test_pages_weigh_fifteen_to_sixty_kilobytes() -> None:
    sizes = [len(product_page(path, BASE).encode()) for path in product_paths()]
    assert min(sizes) >= 15_000
    assert max(sizes) <= 60_000
    assert max(sizes) > 1.3 * min(sizes), "pages must not all be alike"


def test_the_same_page_every_time() -> None:
    for path in product_paths()[:8]:
        assert product_page(path, BASE) == product_page(path, BASE)


def test_every_shop_has_mark_up_of_its_own() -> None:
    assert {shop.markup for shop in SHOPS} == set(MARKUP)
    assert len({shop.markup for shop in SHOPS}) == len(SHOPS)


@pytest.mark.parametrize("path", product_paths()[:8])
def test_struck_out_prices_instalments_delivery_and_other_products_stand_beside_the_price(path: str) -> None:
    shop, product = shop_and_product(path)
    html, money = product_page(path, BASE), NUMBERS[shop.number]
    asked = Decimal(expected(path).price or 0)
    assert f">{money(asked)}</" in html
    assert money(list_price(shop, product)) in html.partition("<del")[2].partition("</del>")[0]
    assert money(asked / 4) in html.partition("instalments")[2]
    assert 'class="delivery"' in html
    assert html.count('class="card-price"') == 12


def test_an_unknown_product_has_no_page() -> None:
    for path in ("/nordlicht/p/nothing", "/nowhere/p/velora-x1-camera", "/nordlicht"):
        with pytest.raises(KeyError):
            product_page(path, BASE)


def test_robots_txt_allows_every_product_and_forbids_the_staff_pages() -> None:
    robots = RobotFileParser()
    robots.parse(robots_txt(BASE).splitlines())
    assert all(robots.can_fetch("Overlap", BASE + path) for path in product_paths())
    assert not robots.can_fetch("Overlap", BASE + FORBIDDEN)
    assert robots.site_maps() == [f"{BASE}/sitemap.xml"]


def test_the_sitemap_names_every_product_page() -> None:
    root = ElementTree.fromstring(sitemap_xml(BASE))
    places = [node.text for node in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places == [BASE + path for path in product_paths()]
