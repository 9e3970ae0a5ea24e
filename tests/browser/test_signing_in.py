"""Signing in at a real provider: each person sees and may delete their own runs, and what others share."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from engine.model import Run
from tests.browser.conftest import PATIENCE_MS, Server, Tab, free_port, serving
from tests.browser.provider import Provider, provider

SECRETS = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "a cookie secret that is long enough"
client_id = "overlap"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Provider]]:
    """A server at which people sign in, and the provider that knows them."""
    folder = tmp_path_factory.mktemp("signing-in")
    port = free_port()
    with provider(free_port()) as known:
        (folder / "secrets.toml").write_text(SECRETS.format(app=f"http://127.0.0.1:{port}", provider=known.url))
        settings = {"STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"), "OVERLAP_ADMINS": "boss@example.org"}
        with serving(folder, port=port, **settings) as server:
            yield server, known


@pytest.fixture
def mine(profile: BrowserContext) -> Iterator[BrowserContext]:
    """The profile of the tests, which nobody is signed in with before or after."""
    yield profile
    leave(profile)


@pytest.fixture
def theirs(chromium: Browser) -> Iterator[BrowserContext]:
    """The profile of somebody else."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def leave(context: BrowserContext) -> None:
    """Close all tabs of a profile and forget who has signed in with it."""
    context.clear_cookies()
    for page in context.pages:
        page.close()


def signed_in(context: BrowserContext, shop: tuple[Server, Provider], mail: str, **claims: object) -> Tab:
    """A tab of this profile, whose user has signed in."""
    server, known = shop
    known.claims = {"sub": mail, "email": mail, "email_verified": True, **claims}
    tab = Tab(context.new_page(), server)
    tab.open()
    tab.key("sign_in").get_by_role("button").click()
    expect(tab.button("Sign out")).to_be_visible()
    return tab.settled()


def start_demo(tab: Tab) -> Run:
    """Scrape the demo shops."""
    tab.open()
    tab.button("Scrape the demo shops").click()
    token = tab.token()
    tab.ended()
    return tab.server.store.run(token)


def seen(page: Page, url: str) -> int:
    """The status of an address, as this browser asks for it."""
    return page.context.request.get(url).status


def test_who_has_not_signed_in_sees_and_gets_nothing(mine: BrowserContext, shop: tuple[Server, Provider]) -> None:
    server, _ = shop
    page = mine.new_page()
    for path in ("", "history", "run?run=r1", "server"):
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_text("This server is for people that it knows")).to_be_visible()
        expect(page.get_by_text("Last runs")).to_have_count(0)


def test_each_person_has_their_own_runs_and_what_others_share(
    mine: BrowserContext, theirs: BrowserContext, shop: tuple[Server, Provider]
) -> None:
    server, _ = shop
    ann, bob = signed_in(mine, shop, "Ann@example.org"), signed_in(theirs, shop, "bob@example.org")
    run = start_demo(ann)
    assert run.person == "ann@example.org"
    export = f"{server.url}/files/{run.token}/export/csv"
    assert (seen(ann.page, export), seen(bob.page, export)) == (200, 404)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(export)
    bob.open(f"run?run={run.token}")
    expect(bob.page.get_by_text("There is no run")).to_be_visible()
    bob.open("history")
    expect(bob.page.get_by_text("Nothing has run here yet")).to_be_visible()
    server.store.update_run(run, shared=True)
    bob.open(f"run?run={run.token}")
    expect(bob.button("Run again")).to_be_visible()
    assert seen(bob.page, export) == 200
    bob.open("history")
    table = bob.page.locator("[data-testid='stDataFrame']").first
    table.click(position={"x": 15, "y": 52})
    bob.settled()
    for key in ("delete", "pin", "words", "share"):
        expect(bob.key(key).get_by_role("button")).to_be_disabled()
    leave(theirs)
    boss = signed_in(theirs, shop, "boss@example.org")
    server.store.update_run(run, shared=False)
    boss.open("history")
    boss.page.locator("[data-testid='stDataFrame']").first.click(position={"x": 15, "y": 52})
    boss.settled()
    expect(boss.key("delete").get_by_role("button")).to_be_enabled()
    ann.button("Sign out").click()
    expect(ann.page.get_by_text("This server is for people that it knows")).to_be_visible()
    assert seen(ann.page, export) == 404


def test_a_mail_that_nobody_has_verified_is_nobodys_name(mine: BrowserContext, shop: tuple[Server, Provider]) -> None:
    tab = signed_in(mine, shop, "boss@example.org", email_verified=False, sub="mallory")
    expect(tab.page.get_by_text("mallory")).to_be_visible()
    expect(tab.page.get_by_text("sees all runs")).to_have_count(0)
