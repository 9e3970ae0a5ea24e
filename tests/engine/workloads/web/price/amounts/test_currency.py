"""Currencies: what is a fact, what is a guess, and that each guess says so."""

from __future__ import annotations

import pytest

from engine.workloads.web.price.amounts.currency import country_of, currency_of, decimal_mark_of, decimals, is_mark, iso


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ("€", "EUR"),
        ("£", "GBP"),
        ("EUR", "EUR"),
        ("US$", "USD"),
        ("A$", "AUD"),
        ("zł", "PLN"),
        ("Kč", "CZK"),
        ("₹", "INR"),
        ("R$", "BRL"),
        ("Rp", "IDR"),
        ("CHF ", "CHF"),
        ("USD$", "USD"),
        ("руб.", "RUB"),
        ("р.", "RUB"),
        ("جنيه", "EGP"),
        ("ج.م", "EGP"),
        ("LE", "EGP"),
        ("L.E", "EGP"),
        ("ر.س", "SAR"),
        ("د.إ", "AED"),
        ("KSh", "KES"),
        ("S/", "PEN"),
        ("S/.", "PEN"),
        ("тг", "KZT"),
        ("Kn", "HRK"),
        ("đ", "VND"),
        ('ש"ח', "ILS"),
        ("ש״ח", "ILS"),
        ("元", "CNY"),
    ],
)
def test_a_code_or_an_unshared_symbol_is_a_fact(mark: str, code: str) -> None:
    assert currency_of(mark) == (code, None)


@pytest.mark.parametrize(
    ("mark", "country", "code"),
    [
        ("$", None, "USD"),
        ("$", "ca", "CAD"),
        ("$", "au", "AUD"),
        ("¥", None, "JPY"),
        ("¥", "cn", "CNY"),
        ("kr", "se", "SEK"),
        ("kr", "no", "NOK"),
        ("kr.", "dk", "DKK"),
        ("Rs.", None, "INR"),
        ("Rs", "pk", "PKR"),
        ("$", "de", "USD"),
        ("元", "tw", "TWD"),
        ("元", "hk", "HKD"),
        ("﷼", "sa", "SAR"),
        ("﷼", "ir", "IRR"),
        ("$", "cl", "CLP"),
    ],
)
def test_a_shared_symbol_is_a_guess_and_says_so(mark: str, country: str | None, code: str) -> None:
    found, guess = currency_of(mark, country)
    assert found == code
    assert guess is not None and "guess" in guess


def test_toman_are_ten_rials_each_and_this_is_told() -> None:
    found, told = currency_of("تومان", "ir")
    assert found == "IRR"
    assert told is not None and "ten rials" in told


@pytest.mark.parametrize("letters", ["le", "km", "br", "qr", "al", "so"])
def test_small_words_are_no_currency_though_their_capitals_are(letters: str) -> None:
    assert not is_mark(letters)


def test_crowns_of_no_country_stay_unknown() -> None:
    found, guess = currency_of("kr")
    assert found is None
    assert guess is not None and "unknown" in guess


def test_no_mark_says_nothing() -> None:
    assert currency_of(None) == (None, None)
    assert currency_of("") == (None, None)


@pytest.mark.parametrize(
    ("host", "language", "country"),
    [
        ("shop.example.co.uk", None, "uk"),
        ("example.de", "en", "de"),
        ("example.com", "en-AU", "au"),
        ("example.com", "sv", "se"),
        ("example.com", None, None),
        (None, "de-CH", "ch"),
        ("example.com", "en", None),
        ("example.co", None, None),
    ],
)
def test_the_host_tells_the_country_before_the_language(
    host: str | None, language: str | None, country: str | None
) -> None:
    assert country_of(host, language) == country


@pytest.mark.parametrize(
    ("language", "mark"),
    [
        ("de", ","),
        ("de-AT", ","),
        ("de-CH", "."),
        ("en", "."),
        ("en-US", "."),
        ("fr-FR", ","),
        ("es-MX", "."),
        ("pt-BR", ","),
        (None, None),
        ("xx", None),
    ],
)
def test_the_language_tells_the_decimal_mark(language: str | None, mark: str | None) -> None:
    assert decimal_mark_of(None, language) == mark


@pytest.mark.parametrize(("mark", "places"), [("KWD", 3), ("JPY", 0), ("₩", 0), ("€", 2), ("$", None), (None, None)])
def test_each_currency_has_its_own_number_of_decimals(mark: str | None, places: int | None) -> None:
    assert decimals(mark) == places


@pytest.mark.parametrize(
    ("text", "code"),
    [("EUR", "EUR"), ("usd", "USD"), ("€", "EUR"), ("$", None), ("dollars", None), (None, None), ("", None)],
)
def test_a_machine_readable_currency_is_a_code_or_nothing(text: str | None, code: str | None) -> None:
    assert iso(text) == code


@pytest.mark.parametrize(
    ("letters", "yes"), [("EUR", True), ("kr", True), ("Rs", True), ("oz", False), ("pcs", False), ("", False)]
)
def test_letters_beside_a_number_are_not_always_a_currency(letters: str, yes: bool) -> None:
    assert is_mark(letters) is yes
