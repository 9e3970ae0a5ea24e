"""Why a page holds no price: the shop asks for proof that one is human, for a choice about cookies, or for JavaScript.

Asked only of pages on which no price was found. The marks of the usual gatekeepers also stand on pages that they let
pass; hence each counts only where the page shows little text. Nothing here is got round: the reason is told.
"""

from __future__ import annotations

import html
import re
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

_GATEKEEPERS = re.compile(
    r"_cf_chl_opt|cf-chl-|cf_chl_|challenge-form|cf-turnstile"  # Cloudflare
    r"|<title>\s*(?:just a moment|attention required)"
    r"|captcha-delivery\.com|var dd\s*=\s*\{"  # DataDome
    r"|px-captcha|_pxCaptcha|<title>\s*access to this page has been denied"  # HUMAN, once PerimeterX
    r"|errors\.edgesuite\.net|sec-if-cpt-container|_sec/cp_challenge|<title>\s*access denied\s*</title>"  # Akamai
    r"|_Incapsula_Resource|incapsula incident id|_imp_apg_r_"  # Imperva
    r"|/errors/validateCaptcha|opfcaptcha|api-services-support@amazon"  # Amazon
    r"|awsWafCookieDomainList|gokuProps|token\.awswaf\.com"  # AWS WAF
    r"|KPSDK|ips\.js\?"  # Kasada
    r"|g-recaptcha|h-captcha|hcaptcha\.com|geetest|arkoselabs|funcaptcha|frc-captcha|smart-captcha",
    re.I,
)
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
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(head|script|style|template|noscript|textarea|svg|iframe)\b.*?(?:</\1\b[^>]*>|\Z)", re.I | re.S
)
_SCRIPT = re.compile(r"<script\b(?![^>]{0,200}json)", re.I)
_NOSCRIPT = re.compile(r"<noscript\b[^>]*>(.{0,3000}?)</noscript", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")


def reason_for(source: str) -> Reason:
    """Why a page without a price has none, by its source."""
    source = source[:LARGEST_SOURCE]
    text = _text(_UNSEEN.sub(" ", source))
    short = len(text) < SOME_TEXT
    if short and (_HUMAN.search(text) or (len(text) < 2 * LITTLE_TEXT and _GATEKEEPERS.search(source))):
        return "blocked"
    if short and len(_COOKIES.findall(text)) > 1 and _CHOICE.search(text) and not _sells(source):
        return "cookie_wall"
    if len(text) < LITTLE_TEXT and _SCRIPT.search(source):
        silent = _text(" ".join(_NOSCRIPT.findall(source[:SILENT])[:20]))
        if len(text) < 80 or _ROOT.search(source) or _JAVASCRIPT.search(f"{silent} {text}"):
            return "needs_javascript"
    return "no_price"


def _sells(source: str) -> bool:
    """Whether the source bears the marks of a product's page, over which a banner about cookies lies."""
    return '"Product"' in source or "schema.org/Product" in source or "og:price" in source or "product:price" in source


def _text(markup: str) -> str:
    return squeeze(html.unescape(_TAG.sub(" ", markup)), 2 * SOME_TEXT)
