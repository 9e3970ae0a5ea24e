"""Five thousand photographs in one run, one in a hundred of them broken: are all there, under the right names?

    python benchmarks/many_photos.py                 on the command line, and in the app with a real browser
    python benchmarks/many_photos.py --count 500     quicker
    python benchmarks/many_photos.py --only page     one of the two ways
    python benchmarks/many_photos.py --zip           lighter photographs, in the app uploaded as a ZIP

Each photograph of 1000 × 750 pixels carries its number in its pixels, so a result under a wrong name is seen. In the
app the folder is one that the server was started with; the run is watched on its page, its gallery and its failures are
opened, and the ZIP of the results is downloaded and looked at again. Peak memory is the server's own process
(VmHWM of /proc), the runs are processes of their own. Fails (exit 1) when one picture is missing, wrong or not named in
the failures, or when the server's peak is 400 MB or more. Linux; the page needs Chromium (playwright).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MOST_MB = 400
BITS, BLOCK = 13, 60
BROKEN_EVERY = 100
SIZE = (1000, 750)


def photo(base: Image.Image, number: int) -> bytes:
    """A photograph that carries its number as black and white blocks along its top."""
    picture = base.copy()
    for bit in range(BITS):
        picture.paste((255,) * 3 if number >> bit & 1 else (0,) * 3, (bit * BLOCK, 0, (bit + 1) * BLOCK, BLOCK))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return kept.getvalue()


def number_in(picture: Image.Image) -> int:
    """The number that a result carries."""
    grey, scale = picture.convert("L"), picture.width / SIZE[0]
    middle = [(bit + 0.5) * BLOCK * scale for bit in range(BITS)]
    levels = [grey.getpixel((round(at), round(BLOCK * scale / 2))) for at in middle]
    return sum((int(str(level)) > 127) << bit for bit, level in enumerate(levels))


def broken(number: int) -> bool:
    """Whether this photograph is one of the broken ones."""
    return number % BROKEN_EVERY == 37


def make(folder: Path, count: int, light: bool = False) -> None:
    """The photographs in folders of 500, their names alike but for their number; light ones weigh a tenth."""
    bases = [Image.effect_noise(SIZE, 2 if light else 20 + 3 * at).convert("RGB") for at in range(8)]

    def one(number: int) -> None:
        data = photo(bases[number % len(bases)], number)
        kinds = (b"", data[: len(data) // 3], b"not a picture at all", data[: len(data) * 9 // 10])
        place = folder / f"{number // 500:02}" / f"IMG_{number:05}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(kinds[number // BROKEN_EVERY % 4] if broken(number) else data)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(count)))


def faults(results: Iterable[tuple[str, bytes]], count: int, failed: Iterable[str]) -> list[str]:
    """What is wrong with results (names with their contents) and the failures by name."""
    found, wrong = set(), []
    for name, data in results:
        number = int(Path(name).stem.removeprefix("IMG_"))
        found.add(number)
        with Image.open(io.BytesIO(data)) as picture:
            if (seen := number_in(picture)) != number:
                wrong.append(f"{name} holds picture {seen}")
    good = {number for number in range(count) if not broken(number)}
    wrong += [f"picture {number} is missing" for number in sorted(good - found)]
    wrong += [f"picture {number} should have failed" for number in sorted(found - good)]
    named = {int(Path(name).stem.removeprefix("IMG_")) for name in failed}
    return wrong + [f"failures name {len(named)} pictures" for _ in [0] if named != set(range(count)) - good]


def environment(place: Path, album: Path) -> dict[str, str]:
    """A home of its own, and the folder that the app may read."""
    own = {"OVERLAP_HOME": str(place / "home"), "OVERLAP_FOLDERS": str(album)}
    return {**os.environ, **own, "STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost 127.0.0.1"}


def on_the_command_line(place: Path, album: Path, count: int) -> tuple[float, list[str]]:
    """One `resize`; its seconds and faults."""
    out = place / "out"
    command = [sys.executable, "-m", "engine", "resize", str(album), "--to", str(out), "--size", "400", "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment(place, album), capture_output=True, text=True, check=False)
    spent_s = time.perf_counter() - began
    if done.returncode != 3:
        return spent_s, [f"the exit code is {done.returncode}: {done.stderr[-500:]}"]
    (trial,) = json.loads(done.stdout)["trials"]
    failed = [record["label"] for record in trial["records"] if record["status"] == "failed"]
    results = ((path.name, path.read_bytes()) for path in out.rglob("*.jpg"))
    return spent_s, faults(results, count, failed)


@contextmanager
def server(place: Path, album: Path) -> Iterator[tuple[str, int]]:
    """The app on a free port: its address and process number."""
    from tests.browser.conftest import await_answer, free_port

    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (place / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(place, album), stdout=log, stderr=log)
        try:
            await_answer(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(20)


def peak_mb(process: int) -> float:
    """The most memory that a process has had, in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6


def on_the_page(place: Path, album: Path, count: int, packed: Path | None) -> tuple[float, float, list[str]]:
    """Start in a browser, watch, look at results and failures, download; seconds, the server's peak and faults."""
    from playwright.sync_api import sync_playwright

    from engine.config import Settings
    from engine.store import Store
    from tests.browser.conftest import ARGUMENTS, CONNECTED

    with server(place, album) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"{url}/resize")
        page.wait_for_selector(CONNECTED)
        if packed is None:
            page.locator(".st-key-pictures_from").get_by_text("Folder on this machine", exact=False).or_(
                page.locator(".st-key-pictures_from").get_by_text("Folder of this server")
            ).first.click()
            page.get_by_role("button", name=f"Resize {count:,} pictures").click()
        else:
            page.locator(".st-key-pictures_from").get_by_text("ZIP", exact=True).click()
            page.locator("input[type=file]").set_input_files(str(packed))
            page.get_by_role("button", name="Resize pictures").click()
        began = time.perf_counter()
        page.wait_for_url("**/run?**")
        token = page.url.partition("run=")[2].partition("&")[0]
        store = Store.open(Settings(home=place / "home"))
        while (run := store.run(token)).state not in ("finished", "failed", "cancelled", "interrupted"):
            time.sleep(1)
        spent_s = time.perf_counter() - began
        for tab in ("Results", "Failures", "How it ran"):
            found = page.get_by_role("tab", name=tab)
            if found.count():
                found.first.click()
                page.wait_for_timeout(3000)
        answer = page.request.get(f"{url}/files/{token}/results.zip", timeout=600_000)
        (place / "results.zip").write_bytes(answer.body())
        peak = peak_mb(process)
        failed = [record.label for record in store.records.latest(run, "failed")]
        store.close()
        browser.close()
    with zipfile.ZipFile(place / "results.zip") as archive:
        results = [(name, archive.read(name)) for name in archive.namelist()]
    return spent_s, peak, faults(results, count, failed)


def main() -> int:
    """Make the photographs, run both ways, print the figures; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--only", choices=("command", "page"))
    parser.add_argument("--zip", action="store_true")
    given = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place, album = Path(folder), Path(folder) / "album"
        make(album, given.count, given.zip)
        size_mb = sum(path.stat().st_size for path in album.rglob("*.jpg")) / 1e6
        print(f"{given.count:,} photographs of {SIZE[0]} × {SIZE[1]} pixels, {size_mb:,.0f} MB, 1 in 100 broken.")
        if given.only != "page":
            spent_s, found = on_the_command_line(place, album, given.count)
            print(f"Command line: {spent_s:.1f} s, {given.count / spent_s:.0f} a second, {len(found)} faults.")
            wrong += found
        if given.only != "command":
            packed = pack(place / "album.zip", album) if given.zip else None
            spent_s, peak, found = on_the_page(place, album, given.count, packed)
            print(f"Page: {spent_s:.1f} s; the server's peak was {peak:.0f} MB, {len(found)} faults.")
            wrong += found + [f"the server's peak was {peak:.0f} MB" for _ in [0] if peak >= MOST_MB]
    print("\n".join(wrong[:20]) or "All there, under the right names.")
    return 1 if wrong else 0


def pack(target: Path, album: Path) -> Path:
    """The photographs in a ZIP."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(album.rglob("*.jpg")):
            archive.write(path, path.relative_to(album).as_posix())
    return target


if __name__ == "__main__":
    sys.exit(main())
