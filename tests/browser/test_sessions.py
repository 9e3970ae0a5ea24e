"""Double clicks, reloads, second tabs, the back button, and two users at once: one run each, seen by all."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

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
        user.open("resize").choose("pictures_from", "Photos")
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
