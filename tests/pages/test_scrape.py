"""Scrape prices: what will happen is said before it does, and the first click works offline."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.store import Store
from engine.workloads.web.price.selectors import keep, kept
from tests.pages.conftest import Opened, choose, table_with


def text_of(app: object) -> str:
    """All sentences on the page."""
    return "\n".join(str(item.value) for kind in ("markdown", "caption") for item in getattr(app, kind))


def test_the_demo_shops_are_preset_and_start_with_one_click(opened: Opened, store: Store) -> None:
    app = opened("scrape.py")
    assert "97 pages" in text_of(app) and "8 shops" in text_of(app)
    app.button(key="start").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert run.tasks == 97 and app.query_params["run"] == run.token


def test_pasted_addresses_are_counted_and_what_is_left_out_is_said(opened: Opened) -> None:
    app = opened("scrape.py")
    choose(app, "pages_from", "Paste addresses")
    assert app.button(key="start").disabled
    lines = ["https://a.example/1", "https://a.example/2", "", "https://a.example/1", "nonsense", "https://b.example/1"]
    app.text_area(key="addresses").set_value("\n".join(lines)).run()
    assert app.button(key="start").label == "Scrape 3 pages"
    said = text_of(app)
    assert "3 pages" in said and "2 hosts" in said
    assert "1 duplicate was left out" in said.replace("\\", "")
    assert "would gain nothing" in said and "At least" in said
    assert len(table_with(app, "Why")) == 2


def test_more_addresses_than_the_limit_are_cut_and_the_limit_is_named(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERLAP_MAX_URLS", "1000")
    app = opened("scrape.py")
    choose(app, "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("\n".join(f"https://a.example/{n}" for n in range(20_000))).run()
    assert app.button(key="start").label == "Scrape 1,000 pages"
    assert "19,000 are beyond this limit" in text_of(app)


def test_a_table_offers_its_columns_and_takes_the_one_with_addresses(opened: Opened) -> None:
    app = opened("scrape.py")
    choose(app, "pages_from", "Upload a list")
    table = b"name;link;old\nLamp;https://a.example/1;x\nChair;https://a.example/2;https://a.example/3\n"
    app.file_uploader(key="upload:list").upload("list.csv", table).run()
    assert not app.exception
    assert app.button(key="start").label == "Scrape 2 pages"
    app.selectbox(key="column").select_index(2).run()
    assert app.button(key="start").label == "Scrape 1 page"


def test_how_to_run_is_closed_and_its_preset_says_that_it_is_a_default(opened: Opened) -> None:
    app = opened("scrape.py")
    assert not app.expander(key="how:scrape").proto.expanded
    assert "a default" in text_of(app)
    assert app.number_input(key="workers:scrape:threads").value == 16


def test_a_sitemap_is_read_through_the_gate_and_its_pages_are_counted(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, sitemap: str
) -> None:
    app = choose(opened("scrape.py"), "pages_from", "Sitemap")
    app.text_input(key="sitemap").set_value(sitemap)
    app.form_submit_button[0].click().run()
    assert "private" in app.error[0].value or "address" in app.error[0].value
    monkeypatch.setenv("OVERLAP_ALLOWED_HOSTS", sitemap.split("/")[2])
    app.text_input(key="sitemap").set_value(sitemap)
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert "1 sitemap read, 2 pages found" in text_of(app)
    assert app.button(key="start").label == "Scrape 2 pages"


@pytest.fixture
def sitemap() -> Iterator[str]:
    """The address of a sitemap on a real loopback server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path in ("/sitemap.xml", "/page")
            pages = "".join(f"<url><loc>https://shop.example/{name}</loc></url>" for name in "ab")
            body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'.encode()
            if self.path == "/page":
                body = b"<title>Lamp</title><h1>Lamp</h1><b class=price>$9.50</b><button>Add to cart</button>"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html" if self.path == "/page" else "application/xml")
            self.send_header("Content-Length", str(len(body) if found else 0))
            self.end_headers()
            self.wfile.write(body if found else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/sitemap.xml"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"sku;name\n1;kettle\n"), ("b.csv", b"sku\n"),
                                               ("c.txt", b"no address\nat all\n")])  # fmt: skip
def test_a_list_without_addresses_is_said_to_be_one(opened: Opened, name: str, content: bytes) -> None:
    app = choose(opened("scrape.py"), "pages_from", "Upload a list")
    app.file_uploader(key="upload:list").upload(name, content).run()
    assert not app.exception and app.button(key="start").disabled
    (said,) = [item.value.replace("\\", "") for item in (*app.error, *app.warning)]
    assert "address" in said or "rows" in said, "what is missing, instead of an empty box"
    assert "http" in said or name == "b.csv"


def test_selectors_that_were_kept_are_there_again_and_used(opened: Opened, store: Store) -> None:
    keep(store.settings.home, {"a.example": ".now"})
    app = choose(opened("scrape.py"), "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("https://www.a.example/1\nhttps://b.example/2").run()
    assert "With the selector .now" in text_of(app).replace("\\", "")
    app.button(key="keep_selectors").click().run()
    assert not app.exception and kept(store.settings.home) == {"a.example": ".now"}
    app.button(key="start").click().run()
    (run,) = store.runs()
    arguments = {task.argument["url"]: task.argument["selector"] for task in store.folder(run).tasks()}
    assert arguments == {"https://www.a.example/1": ".now", "https://b.example/2": None}


def test_kept_selectors_that_are_damaged_are_told_and_do_not_stop_the_page(opened: Opened, store: Store) -> None:
    store.settings.home.mkdir(exist_ok=True)
    (store.settings.home / "selectors.json").write_text('{"a.example": "div[["}')
    app = choose(opened("scrape.py"), "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("https://a.example/1").run()
    assert not app.exception and "not understood" in app.error[0].value
    assert not app.button(key="start").disabled


def test_a_page_is_tried_and_every_layer_is_shown(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, sitemap: str
) -> None:
    app = choose(opened("scrape.py"), "pages_from", "Paste addresses")
    address = sitemap.replace("sitemap.xml", "page")
    app.text_area(key="addresses").set_value(address).run()
    assert app.text_input(key="try_address").value == address
    app.button(key="try_page").click().run()
    assert "private" in app.error[0].value or "address" in app.error[0].value, "through the same gate"
    monkeypatch.setenv("OVERLAP_ALLOWED_HOSTS", sitemap.split("/")[2])
    app.button(key="try_page").click().run()
    assert not app.exception
    layers = table_with(app, "Layer")
    assert list(layers["Layer"])[-1] == "result" and "9.50" in list(layers["Price"])


def test_what_shops_are_told_is_chosen_under_more_and_stands_in_the_run(opened: Opened, store: Store) -> None:
    app = opened("scrape.py")
    choose(app, "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("http://10.0.0.1/a").run()
    app.text_input(key="language").set_value("de-DE").run()
    app.text_input(key="user_agent").set_value("Mine/1.0").run()
    app.button(key="start").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert run.options == {"language": "de-DE", "user_agent": "Mine/1.0", "revalidate": True}


def test_pages_that_did_not_change_are_fetched_where_that_is_wanted(opened: Opened, store: Store) -> None:
    app = opened("scrape.py")
    choose(app, "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("http://10.0.0.1/a").run()
    app.checkbox(key="revalidate").uncheck().run()
    app.button(key="start").click().run()
    (run,) = store.runs()
    assert run.options == {}


def test_a_language_that_no_header_can_hold_is_refused_in_a_sentence(opened: Opened) -> None:
    app = opened("scrape.py")
    choose(app, "pages_from", "Paste addresses")
    app.text_area(key="addresses").set_value("http://10.0.0.1/a").run()
    app.text_input(key="language").set_value("german, ö").run()
    assert "write it like de-DE" in " ".join(str(item.value) for item in (*app.error, *app.warning)).replace("\\", "")
    assert app.button(key="start").disabled and not app.exception
    app.text_input(key="language").set_value("de").run()
    assert not app.button(key="start").disabled
