"""Currencies: from a code, a symbol, the page's language and its top-level domain to ISO 4217.

A code and a symbol that only one currency uses are facts; everything else is a guess, and every guess
comes with the sentence that says so. Symbols and decimals follow CLDR and ISO 4217.
This module knows nothing of pages.
"""

from __future__ import annotations

import re

_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL "
)
CODES = frozenset(_CODES.split())
THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
NO_DECIMALS = frozenset(["CLP", "IDR", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF", "COP", "HUF"])
"""Currencies whose shop prices carry no decimals (in law or in practice), so that `3.350` can only be thousands."""

SYMBOLS = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "원": "KRW", "₺": "TRY", "tl": "TRY",
    "₪": "ILS", "฿": "THB", "บาท": "THB", "₫": "VND", "đ": "VND", "₱": "PHP", "₴": "UAH", "грн": "UAH", "₽": "RUB",
    "руб": "RUB", "р": "RUB", "₦": "NGN", "₲": "PYG", "₡": "CRC", "₸": "KZT", "тг": "KZT", "тенге": "KZT", "₾": "GEL",
    "ლარი": "GEL", "₼": "AZN", "₵": "GHS", "gh₵": "GHS", "zł": "PLN", "kč": "CZK", "ft": "HUF", "лв": "BGN",
    "円": "JPY",
    "元": "CNY", "人民币": "CNY", "rmb": "CNY", "sfr": "CHF", "r$": "BRL", "us$": "USD", "a$": "AUD", "au$": "AUD",
    "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "mx$": "MXN", "ar$": "ARS",
    "cl$": "CLP", "col$": "COP", "u$s": "USD", "$u": "UYU", "rd$": "DOP", "s/": "PEN", "b/": "PAB", "rp": "IDR",
    "rm": "MYR", "cn¥": "CNY", "jp¥": "JPY", "kn": "HRK", "ден": "MKD", "дин": "RSD", "сом": "KGS", "сум": "UZS",
    "so'm": "UZS", "ksh": "KES", "kshs": "KES", "tsh": "TZS", "ush": "UGX", "৳": "BDT", "֏": "AMD",
    "₮": "MNT", "៛": "KHR",
    "₭": "LAK", "රු": "LKR", "ரூ": "LKR", "रु": "INR", "dhs": "AED", "kd": "KWD",
    "د.إ": "AED", "ر.س": "SAR", "د.ك": "KWD", "ج.م": "EGP", "جنيه": "EGP", "ر.ق": "QAR", "ر.ع": "OMR", "د.ب": "BHD",
    "د.أ": "JOD", "د.ا": "JOD", "د.ع": "IQD", "د.ل": "LYD", "د.ت": "TND", "د.ج": "DZD", "د.م": "MAD", "ل.ل": "LBP",
    "ل.س": "SYP", "ر.ي": "YER", "ج.س": "SDG", 'ש"ח': "ILS", "ש״ח": "ILS", "ש'ח": "ILS", "שח": "ILS",
}  # fmt: skip
"""Symbols that one currency uses, without case and without a point behind."""
CASED = {
    "LE": "EGP", "L.E": "EGP", "KM": "BAM", "Br": "BYN", "Bs": "BOB", "QR": "QAR", "SR": "SAR", "BD": "BHD",
    "JD": "JOD",
}  # fmt: skip
"""Letters that are a currency only as written here: `le`, `km` and `br` stand beside numbers for other reasons."""
SHARED: dict[str, dict[str, str | None]] = {
    "$": {"": "USD", "us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "mx": "MXN", "sg": "SGD", "hk": "HKD",
          "tw": "TWD", "cl": "CLP", "co": "COP", "ar": "ARS", "uy": "UYU"},
    "¥": {"": "JPY", "jp": "JPY", "cn": "CNY"},
    "kr": {"": None, "se": "SEK", "dk": "DKK", "no": "NOK", "is": "ISK"},
    "rs": {"": "INR", "in": "INR", "pk": "PKR", "lk": "LKR", "np": "NPR", "mu": "MUR"},
    "lei": {"": "RON", "ro": "RON", "md": "MDL"},
    "fr": {"": "CHF", "ch": "CHF"},
    "r": {"": "ZAR", "za": "ZAR"},
    "﷼": {"": None, "sa": "SAR", "ir": "IRR", "qa": "QAR", "om": "OMR", "ye": "YER"},
    "dh": {"": None, "ae": "AED", "ma": "MAD"},
    "دينار": {"": None, "kw": "KWD", "iq": "IQD", "jo": "JOD", "bh": "BHD", "tn": "TND", "ly": "LYD", "dz": "DZD"},
}  # fmt: skip
"""Symbols that several currencies share, by country; the empty country is the guess without one."""
SHARED["￥"] = SHARED["¥"]
SHARED["ريال"] = SHARED["ریال"] = SHARED["﷼"]
SHARED["درهم"] = SHARED["dh"]
SHARED[",-"] = {"": None, "no": "NOK", "dk": "DKK", "se": "SEK", "cz": "CZK"}
ELSEWHERE = {"元": {"tw": "TWD", "hk": "HKD", "mo": "MOP"}}
"""Symbols of one currency that stand for another one on pages for these countries."""
TOMAN = frozenset(["تومان", "تومن"])

_EURO = "de at fr it es nl be pt ie fi gr lu sk si ee lv lt mt cy hr eu"
COUNTRY_CURRENCY: dict[str, str] = {
    "us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "mx": "MXN", "sg": "SGD", "hk": "HKD", "tw": "TWD", "cl": "CLP",
    "co": "COP", "ar": "ARS", "uy": "UYU", "uk": "GBP", "gb": "GBP", "jp": "JPY", "cn": "CNY", "se": "SEK", "dk": "DKK",
    "no": "NOK", "is": "ISK", "in": "INR", "pk": "PKR", "lk": "LKR", "ro": "RON", "md": "MDL", "ch": "CHF", "li": "CHF",
    "za": "ZAR", "pl": "PLN", "cz": "CZK", "hu": "HUF", "tr": "TRY", "ru": "RUB", "ua": "UAH", "br": "BRL", "kr": "KRW",
    "il": "ILS", "th": "THB", "vn": "VND", "ph": "PHP", "my": "MYR", "id": "IDR", "ae": "AED", "sa": "SAR", "kw": "KWD",
    "eg": "EGP", "qa": "QAR", "om": "OMR", "bh": "BHD", "jo": "JOD", "ma": "MAD", "ir": "IRR", "ke": "KES", "ng": "NGN",
    "pe": "PEN", "kz": "KZT", "rs": "RSD", "bd": "BDT", "by": "BYN", "bg": "EUR",
    **dict.fromkeys(_EURO.split(), "EUR"),
}  # fmt: skip
LANGUAGE_COUNTRY = {
    "ja": "jp", "ko": "kr", "sv": "se", "da": "dk", "nb": "no", "nn": "no", "no": "no", "pl": "pl", "cs": "cz",
    "hu": "hu", "tr": "tr", "ru": "ru", "uk": "ua", "he": "il", "th": "th", "vi": "vn", "zh": "cn", "is": "is",
    "ro": "ro", "hi": "in", "de": "de", "fr": "fr", "it": "it", "nl": "nl", "fi": "fi", "el": "gr", "sk": "sk",
    "sl": "si", "fa": "ir", "kk": "kz", "bg": "bg",
}  # fmt: skip
_COMMA = "de fr it es nl pt pl cs sk sl hr sr hu ro bg ru uk el tr sv da nb nn no fi is et lv lt id vi ca eu gl"
COMMA_LANGUAGES = frozenset(_COMMA.split())
POINT_LANGUAGES = frozenset(["en", "ja", "zh", "ko", "th", "he", "hi", "ms"])
POINT_REGIONS = frozenset(["us", "gb", "uk", "ca", "au", "nz", "ie", "in", "mx", "sg", "hk", "ch", "li", "za", "ph"])

SIGNS = "$€£¥￥₹₩₺₪฿₫₱₴₽₦₲₡₸₾₼₵﷼৳֏₮៛₭"
"""The signs that are no letters, for a regular expression's brackets."""
COMPOSED = "|".join(
    sorted(
        (re.escape(mark) for mark in (*SYMBOLS, *CASED) if len(mark) > 1 and not mark.isalpha() and "$" not in mark),
        key=len,
        reverse=True,
    )
)
"""The marks that hold more than letters (`د.إ`, `S/`, `L.E`), as an alternation for regular expressions."""


def decimals(mark: str | None) -> int | None:
    """How many decimals prices in the currency written `mark` carry: 0, 2 or 3; None where the mark leaves it open."""
    code = _code(mark or "")
    if code is None:
        return None
    return 3 if code in THREE_DECIMALS else 0 if code in NO_DECIMALS else 2


def currency_of(mark: str | None, country: str | None = None) -> tuple[str | None, str | None]:
    """The ISO code for a symbol or code as written, and the sentence that says why it is a guess (None for a fact).

    `country` is the two letters that the address or the page's language names, in lower case.
    """
    if not mark:
        return None, None
    if _bare(mark) in TOMAN:
        return "IRR", "The amount is in toman: one toman is ten rials (IRR)."
    code = _code(mark)
    other = ELSEWHERE.get(mark, {}).get(country or "")
    if code and other:
        return other, f"The currency is a guess: “{mark}” on a page for {(country or '').upper()}."
    if code:
        return code, None
    family = SHARED.get(_bare(mark))
    if family is None:
        return None, None
    guess = family.get(country or "") or family[""]
    if guess is None:
        return None, f"The currency is unknown: several use “{mark.strip()}”."
    why = f"the page is for {country.upper()}" if country and country in family else "it is the most usual one"
    return guess, f"The currency is a guess: “{mark.strip()}” stands for several, and {why}."


def _bare(mark: str) -> str:
    return mark.strip(" .").lower().replace(" ", "")


def _code(mark: str) -> str | None:
    cased = CASED.get(mark.strip(" ."))
    if cased:
        return cased
    upper = mark.strip().upper()
    if upper[:3] in CODES and not upper[3:4].isalpha():
        return upper[:3]
    if upper[-3:] in CODES and not upper[-4:-3].isalpha():
        return upper[-3:]
    return SYMBOLS.get(_bare(mark))


def is_mark(letters: str) -> bool:
    """Whether letters beside a number are a currency: a code in capitals, or a symbol's letters (with its sign)."""
    if letters in CODES or letters[:-1] in CODES or letters in CASED:
        return True
    folded = letters.lower()
    return folded in SYMBOLS or folded in SHARED or folded in TOMAN


def iso(text: str | None) -> str | None:
    """The ISO 4217 code of a machine-readable currency field: a code, or an unshared symbol; None for anything else."""
    return _code(text) if text and len(text) < 20 else None


def country_of(host: str | None, language: str | None) -> str | None:
    """The country in two lower-case letters, by the host's top-level domain, else by the language tag."""
    end = (host or "").rpartition(".")[2].lower()
    if end in COUNTRY_CURRENCY and end != "co":
        return end
    parts = re.split(r"[-_]", (language or "").strip().lower())
    for part in parts[1:]:
        if len(part) == 2:
            return part
    return LANGUAGE_COUNTRY.get(parts[0])


def decimal_mark_of(host: str | None, language: str | None) -> str | None:
    """The decimal mark that the page's language uses: `.`, `,`, or None where it is not known."""
    parts = re.split(r"[-_]", (language or "").strip().lower())
    region = parts[-1] if len(parts) > 1 else ""
    if region in POINT_REGIONS and parts[0] in ("en", "es", "de", "fr", "it"):
        return "."
    if parts[0] in COMMA_LANGUAGES:
        return ","
    return "." if parts[0] in POINT_LANGUAGES else None
