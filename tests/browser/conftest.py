"""The app in a real browser: one server with a home of its own, one Chromium, a fresh context a test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Download, Locator, Page, expect, sync_playwright

from engine.config import Settings
from engine.store import Store
from engine.workloads.shop.photos import STAMP
from tests.engine.support import alive_with

ROOT = Path(__file__).parents[2]
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
UNUSED = (
    # What playwright turns off and these tests rely on: of two such lists Chromium takes the last.
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying",
    "AimEnabled", "PreconnectToSearch",
    # The list below the address bar, which nobody sees here: a process and half a second of CPU time a tab.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
)  # fmt: skip
"""Parts of Chromium that the tests do without."""
Theme = Literal["dark", "light"]
THEMES: dict[Theme, str] = {"dark": "rgb(18, 24, 31)", "light": "rgb(255, 255, 255)"}
"""The browser's preference: the background that the app then has."""
CONNECTED = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
PATIENCE_MS = 60_000
"""How long a browser test waits for what must come: a machine that does other work is slow, not wrong."""
QUIET = "[data-testid='stApp'][data-test-script-state='notRunning']"


@dataclass(frozen=True)
class Server:
    """A running app: its address and its store."""

    url: str
    store: Store


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as `streamlit run app.py` serves it: nobody says by which names it may be opened."""
    with serving(tmp_path_factory.mktemp("browser"), STREAMLIT_SERVER_ALLOWED_HOSTS="") as served:
        yield served


@pytest.fixture
def sample_photos(server: Server, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """The app paints its sample photos once for all servers of these tests: who comes later finds them painted."""
    base = tmp_path_factory.getbasetemp()
    kept = (base if worker_id == "master" else base.parent) / "samples"
    own = server.store.settings.home / "samples"
    if kept.exists() and not (own / STAMP).exists():
        shutil.copytree(kept, own, dirs_exist_ok=True)
    yield
    if (own / STAMP).exists() and not kept.exists():
        made = tmp_path_factory.mktemp("painted") / "samples"
        shutil.copytree(own, made)
        with suppress(OSError):  # another process was quicker
            made.rename(kept)


@contextmanager
def serving(folder: Path, port: int | None = None, **settings: str) -> Iterator[Server]:
    """The app as `streamlit run app.py` serves it, with these variables set, ended by its process number."""
    (folder / "tmp").mkdir()
    port = port or free_port()
    own = {"OVERLAP_HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "OVERLAP_STANDBY": "1"}
    # As start.py does it, where the app is for this machine only.
    environment = {**os.environ, **own, "STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost 127.0.0.1", **settings}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            await_answer(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield Server(f"http://127.0.0.1:{port}", Store.open(Settings(home=folder / "home")))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def paused_after_its_first_task(server: Server) -> Iterator[None]:
    """The run that is started meanwhile stands still once its first task is done, as long as this lasts.

    So whatever is done to a run that goes on finds it going on, however slow the browser is beside it.
    """
    over, held, before = threading.Event(), list[psutil.Process](), {run.token for run in server.store.runs()}

    def pause() -> None:
        while not over.wait(0.02):
            if any(run.done for run in server.store.active() if run.token not in before):
                held.extend(one for one in alive_with(server.store.settings.home) if "trial" in one.cmdline())
                for one in held:
                    one.suspend()
                return

    pausing = threading.Thread(target=pause)
    pausing.start()
    try:
        yield
    finally:
        over.set()
        pausing.join()
        for one in held:
            with suppress(psutil.Error):  # it was ended meanwhile
                one.resume()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; fails when it ends or takes longer than 180 s."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:  # not up yet
            time.sleep(0.05)
    raise AssertionError("the server did not answer within 180 s")


@pytest.fixture(scope="package")
def chromium(browser_path: str | None) -> Iterator[Browser]:
    """One browser for this folder's tests: playwright keeps an event loop in this thread, which others need free."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--disable-features={','.join(UNUSED)}"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Tab:
    """One tab of the app, with what the browser complained about."""

    page: Page
    server: Server
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Tab:
        """Go to a page of the app and wait until it is drawn."""
        self.page.goto(f"{self.server.url}/{path}")
        return self.settled()

    def settled(self) -> Tab:
        """Wait until the script has run and the page stands still."""
        self.page.wait_for_selector(CONNECTED)
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector(QUIET)
        return self

    def in_both_themes(self, look: Callable[[], None]) -> None:
        """Look at the page in dark and in light; the app follows the browser's preference at once."""
        for theme in THEMES:
            self.turn(theme)
            look()

    def turn(self, theme: Theme) -> None:
        """Let the browser prefer a theme, and wait until the page has it."""
        self.page.emulate_media(color_scheme=theme)
        expect(self.page.locator("[data-testid='stApp']")).to_have_css("background-color", THEMES[theme])

    def key(self, key: str) -> Locator:
        """The element with this key."""
        return self.page.locator(f".st-key-{key}")

    def button(self, name: str) -> Locator:
        """The button with this label."""
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, key: str, option: str) -> None:
        """Choose a segment of a segmented control."""
        self.key(key).get_by_text(option, exact=True).click()
        self.settled()

    def section(self, name: str) -> None:
        """Open one of the run's sections."""
        self.page.get_by_role("tab", name=name).click()
        self.settled()

    def figure(self, label: str) -> str:
        """The value of a headline figure."""
        found = self.page.locator("[data-testid='stMetric']").filter(has_text=label).first
        return found.locator("[data-testid='stMetricValue']").inner_text()

    def download(self, name: str) -> Download:
        """Click a link that downloads; the browser may use another tab for it, which is over at once."""
        found: list[Download] = []

        def take(download: Download) -> None:
            found.append(download)

        def listen(other: Page) -> None:
            other.on("download", take)

        listen(self.page)
        self.page.context.on("page", listen)
        self.page.get_by_role("link", name=name).click()
        self.until(lambda: bool(found))
        self.page.context.remove_listener("page", listen)
        return found[0]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that the browser cannot tell; fails after PATIENCE_MS."""
        for _ in range(PATIENCE_MS // 100):
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"it did not come about within {PATIENCE_MS / 1_000:g} s")

    def ended(self, patience_ms: int = 2 * PATIENCE_MS) -> Tab:
        """Wait until the run that is shown is over."""
        self.button("Run again").wait_for(timeout=patience_ms)
        return self.settled()

    def token(self) -> str:
        """The token of the run that is shown; what it needs may have to be made first, such as the sample photos."""
        self.page.wait_for_url("**/run?run=*", timeout=2 * PATIENCE_MS)
        return self.page.url.partition("run=")[2]


@pytest.fixture
def theme() -> str:
    """The browser's preference when a tab is opened."""
    return "light"


@pytest.fixture(scope="package")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """The tests' own profile: what it has fetched and compiled of the app stays from test to test, nothing else."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def tab(server: Server, profile: BrowserContext, theme: str) -> Iterator[Tab]:
    """A tab of a new user; at the end nothing may have opened a dialog or raised in the page."""
    made = Tab(profile.new_page(), server)
    made.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    def on_dialog(dialog: Dialog) -> None:
        made.dialogs.append(dialog.message)
        dialog.dismiss()

    made.page.on("dialog", on_dialog)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    yield made
    forget(profile, made)
    assert made.dialogs == [] and made.errors == []


def forget(profile: BrowserContext, tab: Tab) -> None:
    """Close all tabs, and leave of what their user did no more than a new profile holds."""
    kept = {"origin": tab.server.url, "storageTypes": "local_storage,indexeddb,service_workers,cache_storage"}
    profile.new_cdp_session(tab.page).send("Storage.clearDataForOrigin", kept)
    profile.clear_cookies()
    for page in profile.pages:
        page.close()
