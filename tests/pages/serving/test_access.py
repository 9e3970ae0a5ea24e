"""What surrounds the pages of a shared server: a token, a health check, figures and a log."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.errors import SettingRefused
from engine.model import Plan
from engine.runs import jobs
from engine.runs.logs import RUNS, JsonLines, set_up
from engine.store import Store
from pages.serving.access import Access
from pages.serving.health import health
from pages.serving.metrics import serve_metrics

TOKEN = "a token with ünïcode & signs"


async def _echo(socket_: WebSocket) -> None:
    await socket_.accept()
    await socket_.send_text("in")
    await socket_.close()


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    """A browser at a server with a page, a socket and the health check."""
    routes = [Route("/health", health), WebSocketRoute("/stream", _echo),
              Route("/{path:path}", lambda request: PlainTextResponse(f"page {request.url.query}"))]  # fmt: skip
    app = Starlette(routes=routes, middleware=[Middleware(Access)])
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def guarded(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The same with a token."""
    monkeypatch.setenv("OVERLAP_ACCESS_TOKEN", TOKEN)
    return client


def test_without_a_token_everybody_is_let_in(client: TestClient) -> None:
    assert client.get("/x").text == "page "


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%00", "?token=" + "x" * 5000])
def test_who_has_not_the_token_is_kept_out(query: str, guarded: TestClient) -> None:
    assert guarded.get(f"/x{query}").status_code == 403
    with pytest.raises(WebSocketDisconnect), guarded.websocket_connect(f"/stream{query}"):
        pass


@pytest.mark.parametrize("cookie", ["", "x", "ü", TOKEN.encode("ascii", "ignore").decode()])
def test_a_cookie_that_was_made_up_lets_nobody_in(cookie: str, guarded: TestClient) -> None:
    headers = [(b"cookie", b"overlap_access=" + cookie.encode("latin-1"))]
    assert guarded.get("/x", headers=headers).status_code == 403


def test_the_token_in_the_address_lets_in_for_good_and_leaves_the_address(guarded: TestClient) -> None:
    answer = guarded.get("/run", params={"run": "r1", "token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/run?run=r1")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "token" not in cookie
    assert guarded.get("/run?run=r1").text == "page run=r1"
    with guarded.websocket_connect("/stream") as connected:
        assert connected.receive_text() == "in"


def test_the_way_in_leads_to_no_other_site(guarded: TestClient) -> None:
    for path in ("//evil.example/x", "/\\evil.example"):
        guarded.cookies.clear()
        answer = guarded.get(f"http://testserver{path}", params={"token": TOKEN})
        assert answer.headers["location"] == "/evil.example" + ("/x" if path.endswith("x") else "")


def test_a_new_token_shuts_everybody_out(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded.get("/", params={"token": TOKEN})
    assert guarded.get("/").status_code == 200
    monkeypatch.setenv("OVERLAP_ACCESS_TOKEN", "another")
    assert guarded.get("/").status_code == 403


def test_health_is_told_to_everybody_and_says_what_fails(
    guarded: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guarded.get("/health").json() == {"status": "ok", "database": "ok", "disk": "ok"}
    monkeypatch.setenv("OVERLAP_FREE_MIN_MB", "1e12")
    answer = guarded.get("/health")
    assert (answer.status_code, answer.json()["disk"]) == (503, "nearly full")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("OVERLAP_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
        assert guarded.get("/health").json()["database"] == "does not answer"


def test_figures_are_served_where_a_port_is_named(store: Store, quick: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_metrics()()  # none is named: nothing is opened, and nothing has to be closed
    run = store.create(quick, "rone", {}, "somebody@example.org")
    store.update_run(run, state="finished", ok=3, failed=1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("OVERLAP_METRICS_PORT", str(port))
    close = serve_metrics()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            told = answer.read().decode()
    finally:
        close()
    assert 'overlap_runs{kind="job",state="finished",workload="compute"} 1.0' in told
    assert 'overlap_tasks{kind="job",status="failed",workload="compute"} 1.0' in told
    assert "overlap_database_up 1.0" in told and "overlap_disk_free_bytes" in told
    assert "somebody" not in told and "rone" not in told


def test_a_port_that_is_taken_is_logged_and_the_app_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("OVERLAP_METRICS_PORT", str(taken.getsockname()[1]))
        serve_metrics()()
    assert "No figures are served on port" in caplog.text


def test_what_happens_to_a_run_is_logged_without_what_is_its_owners(store: Store, quick: Plan) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    RUNS.addHandler(handler)
    RUNS.setLevel(logging.INFO)
    try:
        run = jobs.wait(store, jobs.start(store, quick, person="me@example.org"), poll_s=0.05)
        for _ in range(200):
            if "run ended" in stream.getvalue():
                break
            time.sleep(0.05)
    finally:
        RUNS.removeHandler(handler)
        RUNS.setLevel(logging.NOTSET)
    started, ended = map(json.loads, stream.getvalue().splitlines())
    assert (started["event"], started["run"], started["person"]) == ("run started", run.id, "me@example.org")
    assert (ended["event"], ended["state"], ended["ok"]) == ("run ended", "finished", 4)
    assert run.token not in stream.getvalue() and run.title not in stream.getvalue()


def test_a_log_is_set_up_once_and_only_as_json() -> None:
    logger = logging.getLogger("overlap")
    before = list(logger.handlers)
    set_up("")
    assert logger.handlers == before
    with pytest.raises(SettingRefused, match="OVERLAP_LOG cannot be 'xml'"):
        set_up("xml")
    try:
        set_up("json")
        set_up("json")
        assert len(logger.handlers) == len(before) + 1
    finally:
        logger.handlers[:] = before
        logger.propagate = True
