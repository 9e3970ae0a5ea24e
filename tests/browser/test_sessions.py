"""Double clicks, reloads, second tabs, the back button, and two users at once: one run each, seen by all."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, expect

from tests.browser.conftest import Server, Tab


def test_a_double_click_starts_one_run_that_back_reload_and_a_second_tab_show(tab: Tab) -> None:
    before = len(tab.server.store.runs())
    tab.open("scrape").button("Scrape 97 pages").dblclick()
    token = tab.token()
    tab.ended()
    assert len(tab.server.store.runs()) == before + 1
    run = tab.server.store.run(token)
    tab.page.reload()
    expect(tab.settled().page.get_by_role("heading", name=f"run {run.id}")).to_be_visible()
    tab.page.go_back()
    expect(tab.settled().button("Scrape 97 pages")).to_be_visible()
    tab.page.go_forward()
    assert tab.settled().token() == token
    second = Tab(tab.page.context.new_page(), tab.server).open(f"run?run={token}")
    assert second.figure("Done") == tab.figure("Done")


def test_two_users_each_see_their_own_upload(tab: Tab, server: Server, chromium: Browser) -> None:
    other = Tab(chromium.new_context().new_page(), server)
    for number, user in enumerate((tab, other), 1):
        user.open("resize").choose("pictures_from", "Upload files")
        name = f"of user {number}.txt.jpg"
        user.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "image/jpeg", "buffer": b"no picture"}
        )
        user.button("Resize 1 picture").click()
    tokens = [user.token() for user in (tab, other)]
    assert tokens[0] != tokens[1]
    for number, token in enumerate(tokens, 1):
        assert [task.label for task in server.store.folder(token).tasks()] == [f"of user {number}.txt.jpg"]
    for user in (tab, other):
        user.ended()
    other.page.context.close()


CROWD, LONG_MS = 20, 300_000


@pytest.mark.stress
@pytest.mark.timeout(900)
def test_of_twenty_users_at_once_none_sees_anothers_upload(tab: Tab, server: Server, chromium: Browser) -> None:
    """Each brings a picture of a colour and a name that nobody else has, and resizes it while the others do so, too."""
    users = [tab, *(Tab(chromium.new_context().new_page(), server) for _ in range(CROWD - 1))]
    for user in users:
        user.page.set_default_timeout(120_000)
    for user in users:
        user.page.goto(f"{server.url}/resize")
    for number, user in enumerate(users):
        user.settled().choose("pictures_from", "Upload files")
        canary: FilePayload = {"name": f"canary {number}.png", "mimeType": "image/png", "buffer": plain(number)}
        user.page.locator("input[type=file]").set_input_files(canary)
    for user in users:
        user.button("Resize 1 picture").click()
    for user in users:  # twenty runs start at once, on however few CPUs
        user.page.wait_for_url("**/run?run=*", timeout=LONG_MS)
    tokens = [user.token() for user in users]
    assert len(set(tokens)) == CROWD
    for number, (user, token) in enumerate(zip(users, tokens, strict=True)):
        user.button("Run again").wait_for(timeout=LONG_MS)
        user.settled()
        run, folder = server.store.run(token), server.store.folder(token)
        assert (run.state, run.ok) == ("finished", 1)
        assert [task.label for task in folder.tasks()] == [f"canary {number}.png"]
        assert [path.read_bytes() for path in folder.inputs.rglob("*.png")] == [plain(number)]
        (made,) = folder.outputs.rglob("*.png")
        with Image.open(made) as picture:
            assert picture.convert("RGB").getpixel((5, 5)) == colour(number)
        shown = user.page.locator("[data-testid='stApp']").inner_text()
        others = [other for other in range(CROWD) if other != number and f"canary {other}.png" in shown]
        assert others == [], f"user {number} sees what others brought"
    for user in users[1:]:
        user.page.context.close()


def colour(number: int) -> tuple[int, int, int]:
    """A colour for each number."""
    return (10 * number, 255 - 10 * number, 77)


def plain(number: int) -> bytes:
    """A picture of that colour alone."""
    data = io.BytesIO()
    Image.new("RGB", (600, 400), colour(number)).save(data, "PNG")
    return data.getvalue()
