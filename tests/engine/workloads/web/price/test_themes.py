"""What is read from the markup of shop systems' own themes, in many languages: price, currency, old price and doubt."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.workloads.web.price import read_product
from tests.engine.workloads.web.price.themes.countries import COUNTRIES
from tests.engine.workloads.web.price.themes.data import DATA
from tests.engine.workloads.web.price.themes.neighbours import NEIGHBOURS
from tests.engine.workloads.web.price.themes.offers import OFFERS
from tests.engine.workloads.web.price.themes.on_top import BESIDE, ON_TOP
from tests.engine.workloads.web.price.themes.systems import SYSTEMS
from tests.engine.workloads.web.price.themes.theme import Theme

THEMES = {**SYSTEMS, **COUNTRIES, **DATA, **NEIGHBOURS, **OFFERS}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_themes_price_is_read(theme: Theme) -> None:
    told = read_product(theme.page(), theme.url)
    right = [None if amount == "None" else Decimal(amount) for amount in (theme.price or "None").split("|")]
    assert told.price in right, told
    if told.price is not None:
        assert told.currency == theme.currency
        assert theme.old is None or told.list_price == Decimal(theme.old)
        assert theme.doubtful in (None, told.doubtful), told.doubts


def test_no_theme_is_read_wrong_without_a_doubt_when_its_data_are_gone() -> None:
    """The page alone must do, or say that it is not sure."""
    silent = []
    for name, theme in THEMES.items():
        told = read_product(theme.without_data(), theme.url)
        right = (theme.price or "None").split("|")
        wrong = told.price is not None and all(text == "None" or Decimal(text) != told.price for text in right)
        if wrong and not told.doubts:
            silent.append((name, told.price))
    assert not silent


@pytest.mark.parametrize("page", ON_TOP.values(), ids=ON_TOP)
def test_what_comes_on_top_of_a_price_is_not_taken_for_it(page: Theme) -> None:
    told = read_product(page.page())
    assert told.price == Decimal(page.price or "x"), told
    assert told.currency == page.currency


@pytest.mark.parametrize("name", ["Baby Carriage", "Cargo Pant", "Armoire 2 portes", "Photo Montage"])
def test_a_name_that_ends_like_a_label_is_none(name: str) -> None:
    told = read_product(Theme("<div>£35.00</div><button>Add to cart</button>", "35.00", "GBP", name=name).page())
    assert (told.price, told.doubts) == (Decimal("35.00"), ())


@pytest.mark.parametrize(("html", "price"), BESIDE)
def test_a_price_is_not_called_what_leads_up_to_the_next_amount(html: str, price: str) -> None:
    told = read_product(Theme(html + "<button>Add to cart</button>", price, "GBP", cards="£#").page())
    assert (told.price, told.doubts) == (Decimal(price), ()), told
