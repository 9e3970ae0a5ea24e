"""Amounts in text: every number format that shops use, and what is left open on purpose."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workloads.web.price.amounts.amount import find_amounts, machine_amount, parse_amount

READ = [
    # text, amount, currency as written
    ("$12.99", "12.99", "$"),
    ("$1,299.00", "1299.00", "$"),
    ("US $38.17", "38.17", "US$"),
    ("USD 1,299", "1299", "USD"),
    ("1,299.50 USD", "1299.50", "USD"),
    ("$1,299 USD", "1299", "USD"),
    ("A$45", "45", "A$"),
    ("1.299,00 €", "1299.00", "€"),
    ("€ 1.299,00", "1299.00", "€"),
    ("12,99€", "12.99", "€"),
    ("35€99", "35.99", "€"),
    ("EUR 5,-", "5", "EUR"),
    ("€ 5,–", "5", "€"),
    ("CHF 1'299.–", "1299", "CHF"),
    ("CHF 1’299.90", "1299.90", "CHF"),
    ("£7", "7", "£"),
    ("£1,049.00", "1049.00", "£"),
    ("₹1,29,900", "129900", "₹"),
    ("Rs. 1,299", "1299", "Rs."),
    ("¥1,200", "1200", "¥"),
    ("￥12,800", "12800", "￥"),
    ("3.500円", "3500", "円"),
    ("₩35,000", "35000", "₩"),
    ("1 299 kr", "1299", "kr"),
    ("1\u00a0299,50\u00a0zł", "1299.50", "zł"),
    ("12\u202f990\u00a0₽", "12990", "₽"),
    ("10 000 Kč", "10000", "Kč"),
    ("R$ 1.299,90", "1299.90", "R$"),
    ("Rp 150.000", "150000", "Rp"),
    ("KWD 3.350", "3.350", "KWD"),
    ("JPY 3.350", "3350", "JPY"),
    ("$.75", "0.75", "$"),
    ("129.0000", "129.00", None),
    ("١٢٫٥", "12.5", None),
    ("only 49.99 today", "49.99", None),
    ("2 for $5", "5", "$"),
    ("Model 12 at $30.00", "30.00", "$"),
    # cents behind a colon, as in Sweden and Finland
    ("24:95 kr", "24.95", "kr"),
    ("199:- kr", "199", "kr"),
    ("1 299:50 kr", "1299.50", "kr"),
    ("€ 24:95", "24.95", "€"),
    # cents alone, behind a blank, behind the sign
    (",89 €", "0.89", "€"),
    (".89 €", "0.89", "€"),
    ("118, 99 TL", "118.99", "TL"),
    ("130, 38\u00a0zł", "130.38", "zł"),
    ("1.837, 32 €", "1837.32", "€"),
    ("$ 8. 94", "8.94", "$"),
    ("36. 24", "36.24", None),
    ("35€ 99", "35.99", "€"),
    ("49 € 95", "49.95", "€"),
    ("1 299 € 90", "1299.90", "€"),
    ("1.299€90", "1299.90", "€"),
    ("12,50 € 20 pcs", "12.50", "€"),
    ("1250€ 600", "1250", "€"),
    ("Rs.50", "50", "Rs."),
    ("$..75", "0.75", "$"),
    ("$.75,333", "75333", "$"),
    ("$2.00 100", "2.00", "$"),
    # wide digits and other writing
    ("１，９８０円", "1980", "円"),
    ("￥１２，８００", "12800", "￥"),
    ("＄１９．９９", "19.99", "$"),
    ("١٬٢٩٩ جنيه", "1299", "جنيه"),
    ("\u200f٢٥٫٥٠ ر.س.\u200f", "25.50", "ر.س"),
    ("د.إ 1,299.00", "1299.00", "د.إ"),
    ("250 ج.م", "250", "ج.م"),
    ("﷼ 99", "99", "﷼"),
    ("۱۲۰٬۰۰۰ تومان", "120000", "تومان"),
    ("LE 1,250.00", "1250.00", "LE"),
    ("1,250 L.E", "1250", "L.E"),
    ("KSh 1,200", "1200", "KSh"),
    ("S/ 25.90", "25.90", "S/"),
    ("S/.25", "25", "S/"),
    ("12 990 тг", "12990", "тг"),
    ("99,90 Kn", "99.90", "Kn"),
    ("1 990 р.", "1990", "р."),
    ("250.000đ", "250000", "đ"),
    ('199 ש"ח', "199", 'ש"ח'),
    ("99.90 ש״ח", "99.90", "ש״ח"),
    # facts from price-parser's tests (BSD-3-Clause, tests/test_price_parsing.py)
    ("Was: $124.95 Now: $99.00", "99.00", "$"),
    ("Buy Now - 2 Litre Was $120.00 Now $60.00", "60.00", "$"),
    ("Was: $124.95 Now: $0.00", "124.95", "$"),
    ("559. 99 undefined 559.99 inkl. MwSt. zzgl. Versand", "559.99", None),
    (" 423.923 KD", "423.923", "KD"),
    ("Free!", "0", None),
]


@pytest.mark.parametrize(("text", "amount", "mark"), READ)
def test_an_amount_is_read_as_its_shop_meant_it(text: str, amount: str, mark: str | None) -> None:
    found = parse_amount(text)
    assert found is not None
    assert found.value == Decimal(amount)
    assert found.mark == mark
    assert not found.doubts


@pytest.mark.parametrize(
    "text",
    ["", "free", "call us", "20% off", "1.2.3", "v1.2.3.4", "—", "$", "12,34,5", "July, 2004", "25-09", "16.00 ft",
     "500 g", "2.5 kg", "128 GB", "1e999", "9" * 13, "$" + "9" * 40, "Free shipping on orders $49+."],
)  # fmt: skip
def test_what_is_no_amount_gives_none(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10,00 - 20,00 €", "10.00", "20.00"),
        ("From 26 to 50 €", "26", "50"),
        ("$10.50 – 12.30", "10.50", "12.30"),
        ("€5 – €7", "5", "7"),
        ("1.299,00 bis 1.499,00 EUR", "1299.00", "1499.00"),
    ],
)
def test_a_range_starts_at_its_lower_end_and_is_doubted(text: str, low: str, high: str) -> None:
    found = parse_amount(text)
    assert found is not None and found.mark and found.value == Decimal(low)
    assert found.doubts == (f"The text states a range of prices from {low} to {high}.",)
    assert [amount.value for amount in find_amounts(text) if amount.mark] == [Decimal(low), Decimal(high)]


@pytest.mark.parametrize("text", ["Pack of 2 - 15 €", "Pack of 2 - $15", "No. 7 – 99,00 €"])
def test_a_number_before_a_dash_is_not_always_the_start_of_a_range(text: str) -> None:
    found = parse_amount(text)
    assert found is not None and not found.doubts
    assert found.value in (15, 99)


@pytest.mark.parametrize("text", ["Adv $17, DoS $19, Door $21", "$20.00 $15.00"])
def test_several_prices_in_one_text_are_a_choice_and_doubted(text: str) -> None:
    found = parse_amount(text)
    assert found is not None and "several prices" in found.doubts[0]


@pytest.mark.parametrize("text", ["$15.00 ($5.00 / oz)", "$15.00, save $5.00", "$15.00 + $4.99 shipping"])
def test_what_else_is_told_beside_a_price_is_no_choice(text: str) -> None:
    found = parse_amount(text)
    assert found is not None and found.value == 15 and not found.doubts


@pytest.mark.parametrize("text", ["3.350", "3.350 €", "$3.350", "12.500"])
def test_a_point_before_three_digits_is_flagged(text: str) -> None:
    found = parse_amount(text)
    assert found is not None and found.doubts
    assert "thousands" in found.doubts[0]


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [("3.350 €", ",", "3350"), ("3,350 €", ".", "3350"), ("1.234", ",", "1234")],
)
def test_the_pages_own_decimal_mark_settles_an_open_string(text: str, mark: str, amount: str) -> None:
    found = parse_amount(text, mark)
    assert found is not None
    assert (found.value, found.doubts) == (Decimal(amount), ())


@pytest.mark.parametrize(
    ("field", "amount", "doubtful"),
    [
        ("1299.00", "1299.00", False),
        ("19.9900", "19.99", False),
        ("1.299", "1.299", True),
        ("1299", "1299", False),
        ("1,299.00", "1299.00", False),
        ("12,99", "12.99", False),
        ("USD 5", "5", False),
        ("57.47126437", "57.47", False),
        ("19.995000000000001", "20.00", False),
        ("0.0075", "0.0075", False),
        ("1.0E2", "100", False),
        ("1.2999e3", "1299.9", False),
        ("3.500", "3.500", True),
    ],
)
def test_a_machine_readable_field_has_a_decimal_point(field: str, amount: str, doubtful: bool) -> None:
    found = machine_amount(field)
    assert found is not None
    assert (found.value, bool(found.doubts)) == (Decimal(amount), doubtful)


@pytest.mark.parametrize("field", ["1e999", "1E+99", "9e9999", "-5.00", "−5", "NaN", "Infinity", "1e-999", "2e", ""])
def test_a_machine_readable_field_beyond_any_price_is_none(field: str) -> None:
    found = machine_amount(field)
    assert found is None or (field == "2e" and found.value == 2)


def test_all_amounts_of_a_text_are_found_in_order() -> None:
    found = find_amounts("was $20.00, now $15.00, save $5.00 (25%)")
    assert [str(amount.value) for amount in found] == ["20.00", "15.00", "5.00"]


def test_an_endless_row_of_digits_is_no_price() -> None:
    assert all(amount.value < 10**10 for amount in find_amounts("9" * 50_000))


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    for amount in find_amounts(text):
        assert amount.value >= 0
        assert amount.start < amount.end


FORMATS = {
    "$1,234.56": ("$", ",", ".", ""),
    "1.234,56 €": ("", ".", ",", " €"),
    "1 234,56 zł": ("", "\u00a0", ",", " zł"),
    "CHF 1'234.56": ("CHF ", "'", ".", ""),
    "1 234,56 kr": ("", " ", ",", " kr"),
    "£1234.56": ("£", "", ".", ""),
}


@pytest.mark.parametrize("shape", list(FORMATS))
@given(cents=st.integers(min_value=1, max_value=999_999_999))
def test_an_amount_written_in_a_locale_is_read_back(shape: str, cents: int) -> None:
    before, group, point, after = FORMATS[shape]
    whole, fraction = divmod(cents, 100)
    text = before + f"{whole:,}".replace(",", group) + f"{point}{fraction:02}" + after
    found = parse_amount(text)
    assert found is not None
    assert found.value == Decimal(cents) / 100


@given(whole=st.integers(min_value=100_000, max_value=99_999_999))
def test_the_indian_grouping_is_read_back(whole: int) -> None:
    head, tail = divmod(whole, 1000)
    pairs: list[str] = []
    while head >= 100:
        head, pair = divmod(head, 100)
        pairs.insert(0, f"{pair:02}")
    text = "₹" + ",".join([str(head), *pairs, f"{tail:03}"])
    found = parse_amount(text)
    assert found is not None
    assert found.value == whole


@pytest.mark.parametrize("text", ["kl. 12:30", "10:00 – 18:00", "16:9", "12:30:15 kr"])
def test_a_time_is_no_price_with_cents(text: str) -> None:
    assert all(amount.value == amount.value.to_integral_value() for amount in find_amounts(text))
