"""Why a page holds no price: the shop asks for proof that one is human, for a choice about cookies, or for JavaScript.

Asked only of pages on which no price was found. The marks of the usual gatekeepers also stand on pages that they let
pass; hence each counts only where the page shows little text. Nothing here is got round: the reason is told.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal

from engine.workloads.web.price.page import squeeze

Reason = Literal["no_price", "blocked", "cookie_wall", "needs_javascript"]

SENTENCES: dict[Reason, str] = {
    "blocked": "The shop asked for proof that you are human instead of showing the page: ask it less often, or later.",
    "cookie_wall": "The shop shows the page only after a choice about cookies, which is not made here.",
    "needs_javascript": "The page is put together by JavaScript in a browser, and holds no price before that.",
    "no_price": "No price stands out on this page: a selector can name the place where it is.",
}

LARGEST_SOURCE = 400_000
"""Characters of source that are searched."""
SILENT = 100_000
"""Characters of source in which `noscript` is looked for."""
LITTLE_TEXT, SOME_TEXT = 600, 3_000
"""Characters of visible text: less than any shop's page has, and less than a product's page has."""

_GATEKEEPERS = (
    "_cf_chl_opt", "cf-chl-", "cf_chl_", "challenge-form", "cf-turnstile",  # Cloudflare
    "captcha-delivery.com",  # DataDome
    "px-captcha", "_pxcaptcha",  # HUMAN, once PerimeterX
    "errors.edgesuite.net", "sec-if-cpt-container", "_sec/cp_challenge",  # Akamai
    "_incapsula_resource", "incapsula incident id", "_imp_apg_r_",  # Imperva
    "/errors/validatecaptcha", "opfcaptcha", "api-services-support@amazon",  # Amazon
    "awswafcookiedomainlist", "gokuprops", "token.awswaf.com",  # AWS WAF
    "kpsdk", "ips.js?",  # Kasada
    "g-recaptcha", "h-captcha", "hcaptcha.com", "geetest", "arkoselabs", "funcaptcha", "frc-captcha", "smart-captcha",
)  # fmt: skip
"""In lower case, and looked for one by one: together in one pattern they take thirty times as long."""
_GATEKEEPERS_TITLE = re.compile(
    r"<title>\s*(?:just a moment|attention required|access to this page has been denied|access denied\s*</title>)"
)
_DATADOME = re.compile(r"var dd\s*=\s*\{")
_HUMAN = re.compile(
    r"(?:are|verify|verifying|confirm|prove|sure|checking)\b.{0,40}\b(?:human|not a (?:ro)?bot|a robot)"
    r"|robot check|unusual (?:traffic|activity)|pardon our interruption|press (?:&|and) hold"
    r"|enter the characters you see"
    r"|checking your browser|complete the (?:captcha|security check)|automated (?:access|requests)|bot detection"
    r"|kein roboter|sie ein mensch|vous n'êtes pas un robot|vous êtes humain|no eres un robot"
    r"|eres humano|non sei un robot"
    r"|вы не робот|机器人|人机验证|ロボットではない",
    re.I,
)
_COOKIES = re.compile(r"cookie|tracking|datenschutz|privacy|consent|rgpd|gdpr|dsgvo", re.I)
_CHOICE = re.compile(
    r"accept|agree|consent|allow|reject|akzeptier|zustimm|ablehnen|accepte|j'accepte|refuser|aceptar|acepto|accetta"
    r"|akkoord|accepteren|godkänn|zgadzam|akceptuj|souhlas|принять|同意",
    re.I,
)
_JAVASCRIPT = re.compile(r"java\s?script|\bJS\b", re.I)
_ROOT = re.compile(
    r"<(?:div|main|section)\b[^<>]{0,300}?\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|___gatsby|react-root|q-app|svelte|main-app"
    r"|application)\b[^<>]{0,300}>\s{0,99}</|<[a-z]{1,20}-(?:app|root)\b[^<>]{0,300}>\s{0,99}</"
    r"|<app-[a-z]{1,20}\b[^<>]{0,300}>\s{0,99}</",
    re.I,
)
"""The empty box that a framework fills."""
_UNSEEN = re.compile(r"<(?:!--|(head|script|style|template|noscript|textarea|svg|iframe)\b)", re.I)
_SCRIPT = re.compile(r"<script\b(?![^>]{0,200}json)", re.I)
_NOSCRIPT = re.compile(r"<noscript\b[^>]*>(.{0,3000}?)</noscript", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")


def reason_for(source: str) -> Reason:
    """Why a page without a price has none, by its source."""
    source = source[:LARGEST_SOURCE]
    text = ""
    for piece in _seen(source):
        text = f"{text} {_text(piece)}".strip()
        if len(text) >= SOME_TEXT:
            return "no_price"
    if _HUMAN.search(text) or (len(text) < 2 * LITTLE_TEXT and _is_guarded(source.lower())):
        return "blocked"
    if len(_COOKIES.findall(text)) > 1 and _CHOICE.search(text) and not _sells(source):
        return "cookie_wall"
    if len(text) < LITTLE_TEXT and _SCRIPT.search(source):
        silent = _text(" ".join(_NOSCRIPT.findall(source[:SILENT])[:20]))
        if len(text) < 80 or _ROOT.search(source) or _JAVASCRIPT.search(f"{silent} {text}"):
            return "needs_javascript"
    return "no_price"


def _is_guarded(folded: str) -> bool:
    """Whether a source in lower case bears the marks of a gatekeeper."""
    return (
        any(mark in folded for mark in _GATEKEEPERS)
        or _GATEKEEPERS_TITLE.search(folded) is not None
        or _DATADOME.search(folded) is not None
    )


def _seen(source: str) -> Iterator[str]:
    """The source without comments and what browsers do not show, piece by piece."""
    folded, place = source.lower(), 0
    if len(folded) != len(source):  # a letter that is two in lower case
        folded = source
    while found := _UNSEEN.search(folded, place):
        yield source[place : found.start()]
        end = "-->" if found[1] is None else f"</{found[1]}"
        closing = folded.find(end, found.end())
        place = folded.find(">", closing) + 1 if closing >= 0 else 0
        if not place:
            return
    yield source[place:]


def _sells(source: str) -> bool:
    """Whether the source bears the marks of a product's page, over which a banner about cookies lies."""
    return '"Product"' in source or "schema.org/Product" in source or "og:price" in source or "product:price" in source


def _text(markup: str) -> str:
    return squeeze(html.unescape(_TAG.sub(" ", markup)), 2 * SOME_TEXT)
