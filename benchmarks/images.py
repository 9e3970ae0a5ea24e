"""Resizing real photographs: ours beside other tools, in one run on the same files.

    python benchmarks/images.py                       300 files, 400 and 1600 px, 3 rounds: 15 minutes on 2 cores
    python benchmarks/images.py --rounds 1 --sizes 400
    python benchmarks/images.py --sharp --photos 40   beside sharp (npm) only: JPEG, WebP and AVIF, see beside_sharp.py
    python benchmarks/images.py --json FILE           the figures, as JSON too

The photographs are those of Debian's mate-backgrounds and plasma-workspace-wallpapers with at least a megapixel,
copied in turn under new names until there are enough (it prints how many are distinct). Those packages, vipsthumbnail
and ImageMagick are installed by apt-get where they are missing and this runs as root; else the command is printed.
Every tool writes JPEG of quality 85, with the same longest edge. A round runs everything once, in random order; a ratio
is the median over the rounds of the ratios within a round. Ours runs as a job of the engine, and its figure is the
trial's `wall_s`. CPU time is shown beside: it hardly changes when other programs keep the machine busy.
Quality is told apart from encoding: the same tools write PNG, compared with a full-size Lanczos by SSIM (Wang and
others, 2004: luma, Gaussian window of 11 with sigma 1.5) and PSNR.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import beside_sharp
import numpy as np
from PIL import Image

from engine.config import Settings
from engine.model import Configuration
from engine.runs import jobs
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.opening.opening import open_image

PACKAGES = ("mate-backgrounds", "plasma-workspace-wallpapers", "libvips-tools", "imagemagick")
QUALITY = 85
LEAST_PIXELS = 1_000_000

ARTICLE = """
import multiprocessing, os, sys
from PIL import Image

folder, edge, quality, suffix = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def resize(path):
    image = Image.open(path)
    scale = min(edge / max(image.size), 1)
    small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    small.save(os.path.join(folder, os.path.splitext(os.path.basename(path))[0] + suffix), quality=quality)

if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool:
        pool.map(resize, sys.stdin.read().split("\\n"))
"""
"""The article's program (a Pool of three over open, resize, save), made to keep proportions and to take its list."""


Figures = dict[str, list[float]]
"""Seconds per photograph for each tool, one figure a round."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Photographs to do, the longest edge in pixels, and where results go."""

    photos: Sequence[Path]
    edge: int
    out: Path
    suffix: str = ".jpg"


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that a batch took: on the clock, of CPU (None: as the system counted it), and to start, beside these."""

    wall_s: float
    cpu_s: float | None = None
    start_s: float | None = None


# ---- Set-up ----


def set_up() -> None:
    """Install what is missing by apt-get as root; else say which command does it, and stop."""
    missing = [name for name in PACKAGES if not _installed(name)]
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(f"Missing: {', '.join(missing)}. On Debian or Ubuntu: sudo {' '.join(command)}")
    subprocess.run(["apt-get", "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "--show", "--showformat=${Status}", package]
    return "install ok installed" in subprocess.run(query, capture_output=True, text=True).stdout


def originals(baseline: bool = False) -> list[Path]:
    """The packages' photographs of at least a megapixel, each once, in a stated order; progressive ones on wish not."""
    listed = subprocess.run(["dpkg", "--listfiles", *PACKAGES[:2]], capture_output=True, text=True, check=True).stdout
    paths = [Path(line) for line in listed.splitlines() if line.lower().endswith((".jpg", ".jpeg"))]
    found = []
    for path in sorted(path for path in paths if path.is_file() and not path.is_symlink()):
        with Image.open(path) as image:
            if image.width * image.height >= LEAST_PIXELS and not (baseline and "progressive" in image.info):
                found.append(path)
    return found


def laid_out(originals_: Sequence[Path], count: int, folder: Path) -> list[Path]:
    """`count` files with names of their own, mixed so that large and small ones follow each other."""
    made = []
    for number in range(count):
        target = folder / f"{number:05}.jpg"
        shutil.copyfile(originals_[number % len(originals_)], target)
        made.append(target)
    random.Random(1).shuffle(made)
    return made


# ---- The tools ----


def ours(batch: Batch, kind: str, workers: int) -> Spent:
    """A job of the engine, as `python -m engine resize` starts it: the trial's own wall and CPU time.

    From the first submission to the last result, on warmed workers. What the others are timed by holds their start too:
    so ours is told beside it (`start_s`), and matters less the larger the batch.
    """
    resizing = Resizing((str(batch.edge),), quality_jpeg=QUALITY, formats=(_FORMATS[batch.suffix],), optimize=False)
    return _job(batch, resizing, kind, workers)


def _job(batch: Batch, resizing: Resizing, kind: str, workers: int) -> Spent:
    store = Store.open(Settings(home=batch.out.with_name("home")))
    plan = resize_plan(batch.photos, resizing, Configuration(kind, workers), store.settings, target=batch.out)
    run = jobs.wait(store, jobs.start(store, plan))
    measured = store.trials(run)[-1].measurement
    if run.ok != len(batch.photos) or measured.wall_s is None:
        raise RuntimeError(f"Only {run.ok} of {len(batch.photos)} photographs were resized: {run.message}")
    store.close()
    return Spent(measured.wall_s, measured.cpu_s, (measured.interpreter_s or 0) + (measured.startup_s or 0))


_FORMATS = {".jpg": "jpeg", ".png": "png"}


def floor(batch: Batch) -> Spent:
    """Wall seconds to decode alone, at the least reduced scale that holds the target (draft 1), on two threads."""
    one = partial(_decode_one, edge=batch.edge, settings=Settings(home=batch.out))
    with ThreadPoolExecutor(2) as executor:
        return _timed(lambda: list(executor.map(one, batch.photos)))


def _decode_one(photo: Path, edge: int, settings: Settings) -> None:
    image = open_image(photo.read_bytes(), settings)
    scale = min(edge / max(image.size), 1.0)
    image.draft(image.mode, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    image.load()


def article(batch: Batch) -> Spent:
    # A file of its own: where workers are not forked they import the program, which they cannot from `-c`.
    program = batch.out.with_name("article.py")
    program.write_text(ARTICLE, encoding="utf-8")
    command = [sys.executable, str(program), str(batch.out), str(batch.edge), str(QUALITY), batch.suffix]
    return _timed(lambda: _run(command, "\n".join(map(str, batch.photos))))


def vipsthumbnail(batch: Batch, side_by_side: int) -> Spent:
    form = batch.out / ("%s.jpg[Q=85,strip]" if batch.suffix == ".jpg" else "%s.png[strip]")
    head = ["vipsthumbnail", "--size", f"{batch.edge}x{batch.edge}>", "-o", str(form)]
    parts = [batch.photos[start::side_by_side] for start in range(side_by_side)]
    return _timed(lambda: _together([[*head, *map(str, part)] for part in parts]))


def mogrify(batch: Batch, hint: bool) -> Spent:
    hints = ["-define", f"jpeg:size={2 * batch.edge}x{2 * batch.edge}"] if hint else []
    size = ["-resize", f"{batch.edge}x{batch.edge}>", "-quality", str(QUALITY)]
    return _timed(lambda: _run(["mogrify", "-path", str(batch.out), *hints, *size, *map(str, batch.photos)]))


def _run(command: Sequence[str], text: str | None = None) -> None:
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)


def _together(commands: Iterable[Sequence[str]]) -> None:
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    if any([process.wait() for process in running]):
        raise RuntimeError("A program failed: run it by hand to see why.")


def _timed(work: Callable[[], Any]) -> Spent:
    start = time.perf_counter()
    work()
    return Spent(time.perf_counter() - start)


ARTICLES = "article's script, Pool(3)"
VIPS = "vipsthumbnail, two side by side"
FLOOR = "decoding alone (floor), 2 threads"

TOOLS: dict[str, Callable[[Batch], Spent]] = {
    ARTICLES: article,
    "vipsthumbnail, one process": partial(vipsthumbnail, side_by_side=1),
    VIPS: partial(vipsthumbnail, side_by_side=2),
    FLOOR: floor,
    "ours, threads × 1": partial(ours, kind="threads", workers=1),
    "ours, threads × 2": partial(ours, kind="threads", workers=2),
    "ours, processes × 1": partial(ours, kind="processes", workers=1),
    "ours, processes × 2": partial(ours, kind="processes", workers=2),
}

SLOW: dict[str, Callable[[Batch], Spent]] = {
    "ImageMagick mogrify": partial(mogrify, hint=False),
    "ImageMagick mogrify, with its JPEG hint": partial(mogrify, hint=True),
}
"""Run in the first round only, and on a sixth of the photographs: their throughput is all that is wanted."""

RATIOS: tuple[tuple[str, str, str, dict[int, float]], ...] = (
    ("threads × 2 to the article's script", "ours, threads × 2", ARTICLES, {400: 2.0, 1600: 1.6}),
    ("processes × 2 to the article's script", "ours, processes × 2", ARTICLES, {400: 2.0, 1600: 1.6}),
    ("threads × 2 to vipsthumbnail × 2", "ours, threads × 2", VIPS, {400: 1.3, 1600: 1.2}),
    ("processes × 2 to vipsthumbnail × 2", "ours, processes × 2", VIPS, {400: 1.3, 1600: 1.2}),
    ("threads × 2 to the floor", "ours, threads × 2", FLOOR, {400: 0.85}),
    ("processes × 2 to the floor", "ours, processes × 2", FLOOR, {400: 0.85}),
    ("threads × 2 to threads × 1", "ours, threads × 2", "ours, threads × 1", {400: 1.8, 1600: 1.8}),
    ("processes × 2 to processes × 1", "ours, processes × 2", "ours, processes × 1", {400: 1.8, 1600: 1.8}),
)
"""What is compared, and the ratio that is wanted at an edge."""

QUALITY_TOOLS = (ARTICLES, "vipsthumbnail, one process", "ours, threads × 2")


# ---- Quality ----


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Structural similarity of two luma planes, 0 to 255 (Wang, Bovik, Sheikh, Simoncelli 2004)."""
    smooth = _gaussian
    mean_one, mean_other = smooth(one), smooth(other)
    variance_one, variance_other = smooth(one * one) - mean_one**2, smooth(other * other) - mean_other**2
    covariance = smooth(one * other) - mean_one * mean_other
    steady, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_one * mean_other + steady) * (2 * covariance + contrast)
    below = (mean_one**2 + mean_other**2 + steady) * (variance_one + variance_other + contrast)
    return float((above / below).mean())


def _gaussian(plane: np.ndarray) -> np.ndarray:
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()
    rows = sum(tap * plane[at : plane.shape[0] - 10 + at] for at, tap in enumerate(taps))
    assert isinstance(rows, np.ndarray)
    both = sum(tap * rows[:, at : rows.shape[1] - 10 + at] for at, tap in enumerate(taps))
    assert isinstance(both, np.ndarray)
    return both


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Peak signal to noise in decibels; 99 for equal planes."""
    error = float(((one - other) ** 2).mean())
    return 10 * float(np.log10(255**2 / error)) if error else 99.0


def qualities(photos: Sequence[Path], edge: int, folder: Path) -> dict[str, list[tuple[float, float]]]:
    """SSIM and PSNR of each photograph for each tool, against a full decode and a full-size Lanczos."""
    outs = {}
    for number, name in enumerate(QUALITY_TOOLS):
        outs[name] = folder / f"quality-{edge}-{number}"
        outs[name].mkdir()
        TOOLS[name](Batch(photos, edge, outs[name], ".png"))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in QUALITY_TOOLS}
    for photo in photos:
        with Image.open(photo) as image:
            if max(image.size) <= edge:
                continue
            rgb = image.convert("RGB")
        scale = edge / max(rgb.size)
        size = round(rgb.width * scale), round(rgb.height * scale)
        wanted = _luma(rgb.resize(size, Image.Resampling.LANCZOS))
        for name, out in outs.items():
            with Image.open(out / (photo.stem + ".png")) as small:
                plane = _luma(small)
            if plane.shape == wanted.shape:  # vipsthumbnail rounds an edge differently now and then.
                found[name].append((ssim(plane, wanted), psnr(plane, wanted)))
    return found


def _luma(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB").convert("L"), dtype=np.float64)


# ---- Running and telling ----


def beside(
    photos: Sequence[Path], distinct: int, edges: Sequence[int], names: Sequence[str], rounds: int, folder: Path
) -> list[Any]:
    """Ours (threads × 2) and sharp in turns, each format at each edge; the rows, told as they come."""
    place = beside_sharp.installed(folder / "sharp")

    def do(chosen: Sequence[Path], resizing: Resizing, out: Path) -> tuple[float, float]:
        spent = _job(Batch(chosen, 0, out), resizing, "threads", 2)
        assert spent.cpu_s is not None  # a job's own figures
        return spent.wall_s, spent.cpu_s

    rows = []
    for edge in edges:
        for name in names:
            rows.append(beside_sharp.row(name, edge, photos, distinct, rounds, place, do, ssim))
            say(beside_sharp.told(rows[-1]))
    return rows


def measure(photos: Sequence[Path], edge: int, rounds: int, folder: Path) -> tuple[Figures, Figures]:
    """Wall and CPU seconds per photograph for each tool, one figure a round; CPU time includes starting the tool."""
    found: Figures = {name: [] for name in (*TOOLS, *SLOW)}
    cpu: Figures = {name: [] for name in (*TOOLS, *SLOW)}
    for number in range(rounds):
        tools = [*TOOLS.items(), *(SLOW.items() if number == 0 else ())]
        random.Random(number).shuffle(tools)
        for name, tool in tools:
            out = folder / "out"
            out.mkdir()
            chosen = photos[::6] if name in SLOW else photos
            before = _cpu_s()
            spent = tool(Batch(chosen, edge, out))
            found[name].append(spent.wall_s / len(chosen))
            cpu[name].append((_cpu_s() - before if spent.cpu_s is None else spent.cpu_s) / len(chosen))
            written = len([path for path in out.iterdir() if not path.name.startswith(".")])
            if written not in (0 if tool is floor else len(chosen),):
                raise RuntimeError(f"{name} wrote {written} of {len(chosen)} files.")
            shutil.rmtree(out)
            told_s = f"{1 / found[name][-1]:7.1f} img/s  {1000 * cpu[name][-1]:6.1f} ms CPU"
            start = f"  (started in {spent.start_s:.2f} s, not counted)" if spent.start_s is not None else ""
            say(f"  round {number + 1}  {name:42s} {told_s}{start}")
    return found, cpu


def _cpu_s() -> float:
    """User and system time of this process and of its children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def ratios(found: Figures, edge: int) -> list[dict[str, Any]]:
    """Each comparison's median over the rounds, its range, and whether it is what is wanted."""
    rows = []
    for title, fast, slow, wanted in RATIOS:
        each = sorted(before / after for before, after in zip(found[slow], found[fast], strict=True))
        middle = statistics.median(each)
        target = wanted.get(edge)
        met = None if target is None else middle >= target
        rows.append({"ratio": title, "median": middle, "range": [each[0], each[-1]], "wanted": target, "met": met})
    return rows


def told(edge: int, found: Figures, cpu: Figures, rows: list[dict[str, Any]], quality: dict[str, Any]) -> None:
    say(f"\n{edge} px, images a second and CPU time an image (medians of the rounds)")
    for name, seconds in sorted(found.items(), key=lambda item: -statistics.median(item[1])):
        spent = 1000 * statistics.median(cpu[name])
        say(f"  {name:44s} {1 / statistics.median(seconds):7.1f} img/s {spent:7.1f} ms")
    say(f"\n{edge} px, times as fast (median, range over the rounds)")
    for row in rows:
        verdict = {True: "met", False: "NOT met", None: ""}[row["met"]]
        target = f"wanted {row['wanted']:.2f}  {verdict}" if row["wanted"] else ""
        low, high = row["range"]
        say(f"  {row['ratio']:44s} {row['median']:5.2f}  ({low:.2f} to {high:.2f})  {target}")
    say(f"\n{edge} px, likeness to a full-size Lanczos (before encoding)")
    for name, pairs in quality.items():
        likeness = sorted(pair[0] for pair in pairs)
        noise = sorted(pair[1] for pair in pairs)
        say(
            f"  {name:44s} SSIM {statistics.median(likeness):.4f}, least {likeness[0]:.4f}; "
            f"PSNR {statistics.median(noise):.1f} dB, least {noise[0]:.1f}; {len(pairs)} photographs"
        )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Set up, measure, tell."""
    parser = argparse.ArgumentParser(description="Resizing real photographs, ours beside other tools.")
    parser.add_argument("--photos", type=int, default=300, help="how many to resize in each batch (300)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is run (3)")
    parser.add_argument("--sizes", default="400,1600", help="longest edges in pixels (400,1600)")
    parser.add_argument("--sharp", action="store_true", help="compare with sharp, which npm installs, and nothing else")
    parser.add_argument("--formats", default="jpeg,webp,avif", help="beside sharp: which formats (jpeg,webp,avif)")
    parser.add_argument("--baseline", action="store_true", help="without progressive photographs")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    set_up()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="overlap-images-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        once = originals(arguments.baseline)
        photos = laid_out(once, arguments.photos, folder / "in")
        say(f"{len(photos)} files from {len(once)} photographs, {sum(p.stat().st_size for p in photos) / 1e6:.0f} MB")
        edges = [int(text) for text in arguments.sizes.split(",")]
        if arguments.sharp:
            mixed = sorted(photos)  # numbered in turn, so that the first ones differ from each other
            names = arguments.formats.split(",")
            rows = beside(mixed, len(once), edges, names, arguments.rounds, folder)
            figures["sharp"] = [asdict(row) for row in rows]
            edges = []
        for edge in edges:
            found, cpu = measure(photos, edge, arguments.rounds, folder)
            quality = qualities(sorted(photos)[: len(once)], edge, folder)
            rows = ratios(found, edge)
            told(edge, found, cpu, rows, quality)
            figures[str(edge)] = {"wall_s": found, "cpu_s": cpu, "ratios": rows, "ssim_psnr": quality}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
