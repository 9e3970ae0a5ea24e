"""What a run tells shops of its reader: what may be said, and that it is said to servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputRefused, TaskFailed
from engine.model import Configuration
from engine.runs.plans import comparison, scrape_plan
from engine.workloads.web.manners import Manners, manners_of
from tests.engine.support import open_store
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.servers import server


def test_both_drivers_send_what_was_chosen_with_every_request(open_browser: Open, configure: Configure) -> None:
    with server() as shop:
        manners = Manners(" de-AT, de;q=0.8 ", "Mozilla/5.0 (X11; Linux)")
        open_browser(configure(shop), manners=manners).fetch(f"{shop.url}/a")
        for _, path, headers in shop.requests:
            assert headers["accept-language"] == "de-AT, de;q=0.8", path
            assert headers["user-agent"] == "Mozilla/5.0 (X11; Linux)"
        assert len(shop.requests) == 2


def test_both_drivers_send_ours_where_nothing_was_chosen(open_browser: Open, configure: Configure) -> None:
    with server() as shop:
        open_browser(configure(shop)).fetch(f"{shop.url}/a")
        headers = shop.requests[-1][2]
        assert headers["accept-language"] == "en;q=0.8,*;q=0.5" and headers["user-agent"].startswith("Overlap/")


def test_robots_txt_is_asked_for_our_own_name_whatever_name_is_sent(open_browser: Open, configure: Configure) -> None:
    rules = b"User-agent: Mine\nDisallow:\n\nUser-agent: Overlap\nDisallow: /\n"
    with server({"/robots.txt": lambda reply: reply.send(body=rules)}) as shop:
        with pytest.raises(TaskFailed) as failure:
            open_browser(configure(shop), manners=Manners("", "Mine/1.0")).fetch(f"{shop.url}/a")
        assert failure.value.reason == "refused_by_robots" and shop.paths == []


@pytest.mark.parametrize("language", ["de", "de-DE", "*", "de-AT,de;q=0.8, en;q=0.5", "zh-Hant-TW;q=1.000", ""])
def test_a_language_that_a_header_can_hold(language: str) -> None:
    assert Manners(language).language == language


@pytest.mark.parametrize(
    "language",
    ["de\r\nX: 1", "de\n", "German, please", "de;q=2", "de-ü", "de_DE", ";", "de," * 50 + "de", "\x00", "de\tde"],
)
def test_a_language_that_no_header_can_hold(language: str) -> None:
    with pytest.raises(InputRefused, match="language"):
        Manners(language)


@pytest.mark.parametrize("agent", ["a\r\nHost: b", "a\nb", "Überlapp", "a\x7f", "x" * 301, "\x00", "a\tb"])
def test_a_name_that_no_header_can_hold(agent: str) -> None:
    with pytest.raises(InputRefused, match="User-Agent"):
        Manners("", agent)
    with pytest.raises(InputRefused):
        manners_of({"user_agent": agent})


def test_a_plan_says_only_what_was_chosen_and_a_comparison_fetches_everything(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    how = Configuration("threads", 2)
    urls = ["https://shop.example/1"]
    assert scrape_plan(urls, how, store.settings).options == {}
    chosen = scrape_plan(urls, how, store.settings, manners=Manners("de"), revalidate=True)
    assert chosen.options == {"language": "de", "revalidate": True}
    assert comparison(chosen, [how], repeats=1).options == {"language": "de"}
    store.close()
