"""Takes every picture that the README and these pages show from the running app, in light and in dark.

    python docs/screenshots.py                     all of them, about two minutes
    python docs/screenshots.py run resize          these alone
    python docs/screenshots.py --to FOLDER         not into docs/pictures

The app is started with an empty home of its own, and everything on the pictures is its demo data, brought there by the
buttons that a visitor clicks. Needs the development packages and a Chromium (`start.py install --dev`).
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image

from benchmarks.served import ARGUMENTS, ROOT, app
from start import find_browser

WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 200_000
THEMES = ("light", "dark")
CONNECTED = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
QUIET = "[data-testid='stApp'][data-test-script-state='notRunning']"
LONG_MS = 300_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser's look at the app."""

    page: Any
    url: str

    def open(self, path: str) -> None:
        """Go to a page and wait until it stands still."""
        self.page.goto(path if path.startswith("http") else f"{self.url}/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and what it drew is there."""
        self.page.wait_for_selector(CONNECTED, timeout=LONG_MS)
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector(QUIET, timeout=LONG_MS)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("[...document.images].every(one => one.complete)", timeout=LONG_MS)
        self.page.wait_for_timeout(900)

    def click(self, key: str) -> None:
        """Click the button with this key, which Streamlit makes a class of."""
        self.page.locator(f".st-key-{key} button").first.click()

    def choose(self, key: str, option: str) -> None:
        """Choose a segment."""
        self.page.locator(f".st-key-{key}").get_by_text(option, exact=True).click()
        self.settle()

    def started(self) -> str:
        """The address of the run that a click has started."""
        self.page.wait_for_url("**/run?run=*", timeout=LONG_MS)
        return str(self.page.url)

    def ended(self) -> str:
        """The address of the run, once it is over."""
        address = self.started()
        self.page.get_by_role("button", name="Run again", exact=True).wait_for(timeout=LONG_MS)
        self.settle()
        return address


def start_page(visit: Visit) -> None:
    """What a visitor sees first, once something has run."""
    visit.open("")


def scraped(visit: Visit) -> None:
    """The prices of the demo shops."""
    _demo(visit, "scrape")


def resized(visit: Visit) -> None:
    """The sample photos, made smaller."""
    _demo(visit, "resize")


def live_run(visit: Visit) -> None:
    """A scrape that goes on, on few workers, so that there is time to look: their lanes."""
    visit.open("scrape")
    visit.page.get_by_text("How to run").first.click()
    visit.settle()
    workers = visit.page.locator(".st-key-workers-scrape-threads input")
    workers.fill("2")
    workers.press("Enter")
    visit.settle()
    visit.click("start")
    visit.started()
    half = r"[...document.querySelectorAll('[data-testid=stMetricValue]')].some(e => /^[4-8]\d of/.test(e.innerText))"
    visit.page.wait_for_function(half, timeout=LONG_MS)
    visit.page.wait_for_timeout(300)


def compared(visit: Visit) -> None:
    """The executors against each other on the sample photos."""
    _demo(visit, "compare")


def learned(visit: Visit) -> None:
    """The claims about threads and processes that were measured."""
    visit.open("machine")
    visit.page.get_by_text("Show results without a guess", exact=True).click()
    visit.settle()


def history(visit: Visit) -> None:
    """All runs."""
    visit.open("history")


_KNOWN: dict[str, str] = {}


def _demo(visit: Visit, name: str) -> None:
    """The finished run of a card of the start page, run for the first theme and looked at again for the second."""
    if name in _KNOWN:
        visit.open(_KNOWN[name])
        return
    visit.open("")
    visit.click(f"demo-{name}")
    _KNOWN[name] = visit.ended()
    visit.open(_KNOWN[name])


PICTURES: dict[str, Callable[[Visit], None]] = {
    "compare": compared,
    "scrape": scraped,
    "resize": resized,
    "run": live_run,
    "learn": learned,
    "start": start_page,
    "history": history,
}
"""Name: what brings the app to it. The order matters: the start page and the history show what ran before."""


def main() -> None:
    """Take the pictures that are asked for and say how large each is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}; all where none is named")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "pictures")
    given = parser.parse_args()
    if unknown := set(given.names) - set(PICTURES):
        parser.error(f"there is no picture {', '.join(sorted(unknown))}: choose from {', '.join(PICTURES)}")
    names = [name for name in PICTURES if not given.names or name in given.names]
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="overlap-pictures-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        if "learn" in names:
            measure(home)
        with app(home) as (url, _server):
            take(url, names, given.to)


def take(url: str, names: list[str], folder: Path) -> None:
    """Bring the app to each place in both themes and save what a visitor sees."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        visits = {theme: _visit(browser, theme, url) for theme in THEMES}
        for name in names:
            for theme, visit in visits.items():
                PICTURES[name](visit)
                path = folder / f"{name}-{theme}.png"
                path.write_bytes(small(visit.page.screenshot()))
                print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()


def _visit(browser: Any, theme: str, url: str) -> Visit:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme, reduced_motion="reduce")
    page.set_default_timeout(LONG_MS)
    return Visit(page, url)


def small(screenshot: bytes) -> bytes:
    """The screenshot with a palette, of as many colours as MOST_BYTES leave room for."""
    seen = Image.open(io.BytesIO(screenshot)).convert("RGB")
    made = b""
    for colours in (256, 128, 64, 32):
        drawn = io.BytesIO()
        # Maximum coverage keeps what is rare, such as the red of one figure.
        palette = seen.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        palette.putpalette(commonest(seen, palette))
        palette.save(drawn, "PNG", optimize=True)
        made = drawn.getvalue()
        if len(made) <= MOST_BYTES:
            break
    return made


def commonest(seen: Image.Image, palette: Image.Image) -> bytes:
    """The palette's colours, each as most of its pixels were: a surface keeps its colour beside photographs."""
    places = np.asarray(palette, np.int64) << 24
    packed = np.asarray(seen, np.int64) @ (1 << 16, 1 << 8, 1)
    both, counts = np.unique(places | packed, return_counts=True)
    colours = np.zeros((256, 3), np.uint8)
    for one in both[np.argsort(counts, kind="stable")]:  # the commonest last, so that it stays
        colours[one >> 24] = one >> 16 & 255, one >> 8 & 255, one & 255
    return colours.tobytes()


def measure(home: Path) -> None:
    """A few of the experiments that the pages for learning show."""
    names = ("startup", "pure_python", "releasing", "waiting")
    only = [part for name in names for part in ("--only", name)]
    command = [sys.executable, "-m", "engine", "machine", "--quick", *only]
    environment = {**os.environ, "OVERLAP_HOME": str(home)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
