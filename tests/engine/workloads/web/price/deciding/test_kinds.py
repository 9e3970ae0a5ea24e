"""Why a page holds no price: the walls that shops put up, a script's empty shell, or nothing of the kind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import TaskFailed
from engine.workloads.scrape import product_of
from engine.workloads.web.price import read_product
from tests.engine.workloads.web.price.pages import BUY, STORY, shop

# What the gatekeepers send instead of a page, cut to what they show and what they are known by.
BLOCKED = {
    "Cloudflare": "<title>Just a moment...</title><body><noscript>Enable JavaScript and cookies to continue</noscript>"
    "<script>window._cf_chl_opt={cvId:'3'}</script>",
    "Cloudflare, text": "<title>shop.example</title><h1>shop.example</h1><p>Verify you are human by"
    " completing the action"
    " below.</p><p>shop.example needs to review the security of your connection before proceeding.</p>",
    "DataDome": "<title>shop.example</title><p id=cmsg>Please enable JS and disable any ad"
    " blocker</p><script>var dd={'rt':'c'}"
    "</script><script src='https://ct.captcha-delivery.com/c.js'></script>",
    "PerimeterX": "<title>Access to this page has been denied</title><div"
    " id='px-captcha'></div><p>Press & Hold to confirm"
    " you are a human (and not a bot).</p>",
    "Akamai": "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>You don't"
    " have permission to access"
    ' "http://www.shop.example/" on this server.<p>Reference #18.2d https://errors.edgesuite.net/18.2d</body>',
    "Imperva": "<html><head><meta name=robots content=noindex></head><body><iframe"
    " src='/_Incapsula_Resource?CWUDNSAI=9'>"
    "Request unsuccessful. Incapsula incident ID: 12-34</iframe></body>",
    "Amazon": "<title>Robot Check</title><h4>Enter the characters you see below</h4><p>Sorry, we just need to make sure"
    " you're not a robot.</p><form action='/errors/validateCaptcha'></form>",
    "Amazon, short": "<title>Amazon.com</title><h4>Click the button below to continue shopping</h4>"
    "<form action='/errors/validateCaptcha'><button>Continue shopping</button></form>",
    "AWS": "<html><head><script>window.gokuProps={key:'x'}</script></head><body><div"
    " id='challenge-container'></div></body>",
    "German": "<h1>Sind Sie ein Mensch?</h1><p>Bitte bestätigen Sie, dass Sie kein Roboter sind.</p>",
    "hCaptcha": "<h1>One more step</h1><div class='h-captcha' data-sitekey=x></div>",
}
COOKIE_WALLS = {
    "English": "<h1>Before you continue</h1><p>We and our partners use cookies and tracking. Cookies help us.</p>"
    "<button>Accept all</button><button>Reject all</button>",
    "German": "<p>Wir verwenden Cookies. Mit Ihrer Einwilligung setzen wir Cookies.</p><button>Alle"
    " akzeptieren</button>",
    "French": "<p>Nous utilisons des cookies. Gérer les cookies.</p><button>Tout accepter</button>",
}
SHELLS = {
    "React": "<title>Shop</title><noscript>You need to enable JavaScript to run this"
    " app.</noscript><div id='root'></div>"
    "<script src=/static/js/main.js></script>",
    "Vue": "<title>Shop</title><div id=app></div><script type=module src=/a.js></script>",
    "Angular": "<title>Shop</title><app-root></app-root><script src=main.js></script>",
    "Next.js": "<div id='__next'></div><script src=/_next/a.js></script><p>Loading…</p>",
    "words alone": "<p>Bitte aktivieren Sie JavaScript in Ihrem Browser.</p><script>boot()</script>",
    "nothing but scripts": "<body><script src=a.js></script><script>window.a=1</script></body>",
}
CASES = [
    (reason, name, html)
    for reason, pages in (("blocked", BLOCKED), ("cookie_wall", COOKIE_WALLS), ("needs_javascript", SHELLS))
    for name, html in pages.items()
]


@pytest.mark.parametrize(("reason", "name", "html"), CASES, ids=[f"{reason}: {name}" for reason, name, _ in CASES])
def test_the_reason_for_a_missing_price_is_told(reason: str, name: str, html: str) -> None:
    found = read_product(html)
    assert (found.price, found.reason) == (None, reason)
    with pytest.raises(TaskFailed) as failure:
        product_of(html, "https://shop.example/1", None)
    assert failure.value.reason == reason
    if reason == "blocked":
        assert "proof that you are human" in failure.value.message


@pytest.mark.parametrize("wall", [*BLOCKED.values(), *SHELLS.values(), *COOKIE_WALLS.values()])
def test_the_marks_of_a_wall_on_a_page_that_shows_its_product_change_nothing(wall: str) -> None:
    script = wall[wall.find("<script") :] if "<script" in wall else ""
    page = shop(f"<div class='price'>$99.00</div>{BUY}", head=script, others="")
    assert (read_product(page).price, read_product(page).reason) == (Decimal(99), None)
    without = shop(f"<p>Currently not sold online.</p>{STORY * 6}", others="<li>none</li>").replace("$", "")
    assert read_product(without.replace("</main>", script + "</main>")).reason == "no_price"


@pytest.mark.parametrize(
    "html", ["", "<p>", "<h1>Vase</h1><p>Sold out.</p>", "<p>Human hair brush, not a toy</p>", "<b", "<!--"]
)
def test_any_other_page_just_has_no_price(html: str) -> None:
    assert read_product(html).reason == "no_price"
