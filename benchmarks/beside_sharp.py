"""Ours beside sharp (npm), the same pictures at the same likeness: CPU time, bytes, images a second.

Used by `benchmarks/images.py --sharp`. sharp is installed by npm into a temporary folder. It works on two pictures at a
time, each on one thread of libvips, which is what costs it least; AVIF with colours at half the resolution (4:2:0) as
ours has them, everything else as sharp has it by default. Its own clock runs behind one picture that warms it up.
Bytes are compared at equal SSIM: for each photograph ours at four qualities, and between them the logarithm of the
bytes is interpolated at the SSIM of sharp's file. Both are held against a full-size Lanczos in sRGB.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from engine.config import Settings
from engine.workloads.images.colours import colours
from engine.workloads.images.making.allocator import keep_freed_memory
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.making.resizing import draft
from engine.workloads.images.making.saving import encoder_options
from engine.workloads.images.making.scaling import scaled
from engine.workloads.images.opening import decoding, opening

PROGRAM = """
const [format, edge, quality, out] = process.argv.slice(2);
const fs = require("node:fs"), path = require("node:path"), sharp = require("sharp");
sharp.concurrency(1);
sharp.cache(false);
const photos = fs.readFileSync(0, "utf8").split("\\n");
const options = {quality: Number(quality), ...(format === "avif" ? {chromaSubsampling: "4:2:0"} : {})};
const one = (photo) => sharp(photo).rotate().resize(+edge, +edge, {fit: "inside", withoutEnlargement: true})
  [format](options).toFile(path.join(out, path.parse(photo).name + "." + format.replace("jpeg", "jpg")));
(async () => {
  await one(photos[0]);
  const cpu = process.cpuUsage(), start = process.hrtime.bigint();
  let next = 0;
  const worker = async () => { while (next < photos.length) await one(photos[next++]); };
  await Promise.all([worker(), worker()]);
  const wall_s = Number(process.hrtime.bigint() - start) / 1e9, spent = process.cpuUsage(cpu);
  console.log(JSON.stringify({wall_s, cpu_s: (spent.user + spent.system) / 1e6, version: sharp.versions.sharp}));
})();
"""

QUALITIES = {"jpeg": 85, "webp": 82, "avif": 65}
"""Of sharp's files, and of ours where CPU time is compared: our own defaults."""
AROUND = {"jpeg": (74, 82, 88, 93), "webp": (74, 80, 86, 93), "avif": (55, 63, 70, 80)}
"""Ours, between which bytes are interpolated."""
ENDINGS = {"jpeg": ".jpg", "webp": ".webp", "avif": ".avif"}
MOST_CPU, MOST_BYTES = 0.8, 1.01

Do = Callable[[Sequence[Path], Resizing, Path], tuple[float, float]]
"""Does photographs by our engine into a folder; wall and CPU seconds."""
Likeness = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True, slots=True)
class Row:
    """One format at one longest edge: ours and sharp's figures an image, and the ratios (ours to sharp's)."""

    format: str
    edge: int
    ours_per_s: float
    sharp_per_s: float
    ours_ms: float
    sharp_ms: float
    cpu: float
    cpu_range: tuple[float, float]
    sharp_bytes: float
    sharp_ssim: float
    ours_bytes: float
    ours_ssim: float
    bytes_at_equal_ssim: float
    photographs: int
    version: str
    codecs_ms: float
    """Of ours, CPU time in the decoder and the encoder alone, an image: nothing that scales or copies is in it."""
    plain_ms: float
    """The same with the one pass of the Lanczos filter: what a script of five lines would take, one after another."""


def installed(folder: Path) -> Path:
    """A folder with sharp and the program. Ends with a sentence where npm is missing or fails."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        sys.exit("Missing: node and npm. Install Node.js, or leave --sharp out.")
    folder.mkdir()
    got = subprocess.run(["npm", "install", "--silent", "sharp"], cwd=folder, capture_output=True, text=True)
    if got.returncode:
        sys.exit(f"npm could not install sharp: {got.stderr.strip()[-300:]}")
    (folder / "run.cjs").write_text(PROGRAM, encoding="utf-8")
    return folder


def row(
    name: str, edge: int, photos: Sequence[Path], distinct: int, rounds: int, place: Path, do: Do, likeness: Likeness
) -> Row:
    """Measure one format at one edge; `place` is what `installed` gave, and the first `distinct` photos differ."""
    spent: list[tuple[Any, ...]] = []
    for _ in range(rounds):
        theirs = _sharp(place, name, edge, QUALITIES[name], photos, _emptied(place / "theirs"))
        ours = do(photos, _resizing(name, edge, QUALITIES[name]), _emptied(place / "ours"))
        spent.append((theirs, *ours))
    chosen = photos[:distinct]
    theirs_seen = _judged(chosen, place / "theirs", name, edge, likeness)
    ours_seen = _judged(chosen, place / "ours", name, edge, likeness)
    curves = []
    for quality in AROUND[name]:
        do(chosen, _resizing(name, edge, quality), _emptied(place / "ours"))
        curves.append(_judged(chosen, place / "ours", name, edge, likeness))
    ratios = sorted(cpu_s / theirs["cpu_s"] for theirs, _, cpu_s in spent)
    logs = [log for at, one in enumerate(theirs_seen) if (log := _against(one, [curve[at] for curve in curves]))]
    count = len(photos)
    return Row(
        name, edge,
        count / statistics.median(each[1] for each in spent),
        count / statistics.median(each[0]["wall_s"] for each in spent),
        1000 * statistics.median(each[2] for each in spent) / count,
        1000 * statistics.median(each[0]["cpu_s"] for each in spent) / count,
        statistics.median(ratios), (ratios[0], ratios[-1]),
        *_means(theirs_seen), *_means(ours_seen),
        math.exp(statistics.fmean(logs)) if logs else math.nan, len(logs), spent[0][0]["version"],
        *floor_ms(name, edge, chosen),
    )  # fmt: skip


def floor_ms(name: str, edge: int, photos: Sequence[Path]) -> tuple[float, float]:
    """CPU milliseconds of decoding and encoding alone, and with scaling between them: the floor of what ours can cost.

    Both are the mean of the photographs.

    Decoded by our own rule (reduced while decoding, as far as the likeness allows), encoded at our own defaults.
    """
    settings, resizing = Settings(home=photos[0].parent), _resizing(name, edge, QUALITIES[name])
    keep_freed_memory()
    codecs_s: list[float] = []
    plain_s: list[float] = []
    for photo in [photos[0], *photos]:  # the first twice: it warms up, and does not count
        data = photo.read_bytes()
        begun = time.process_time()
        image = opening.open_image(data, settings)
        scale = min(1.0, edge / max(image.size))
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        draft(image, size, data)
        picture = decoding.decode(image, data, settings)
        decoded = time.process_time()
        small = scaled(picture, (0.0, 0.0, *map(float, picture.size)), size)
        made = time.process_time()
        small.save(BytesIO(), name, **encoder_options(name, resizing))
        ended = time.process_time()
        codecs_s.append(ended - made + decoded - begun)
        plain_s.append(ended - begun)
    return 1000 * statistics.fmean(codecs_s[1:]), 1000 * statistics.fmean(plain_s[1:])


def told(row: Row) -> str:
    """A row as text, with what is wanted."""
    verdicts = [
        f"{'met' if found <= most else 'NOT met'} (at most {most})"
        for found, most in ((row.cpu, MOST_CPU), (row.bytes_at_equal_ssim, MOST_BYTES))
    ]
    low, high = row.cpu_range
    return (
        f"  {row.format:5s}{row.edge:5d} px  ours {row.ours_per_s:6.1f} img/s {row.ours_ms:7.1f} ms CPU"
        f" {row.ours_bytes / 1000:6.1f} kB SSIM {row.ours_ssim:.4f}\n"
        f"{'':10s} sharp {row.sharp_per_s:6.1f} img/s {row.sharp_ms:7.1f} ms CPU"
        f" {row.sharp_bytes / 1000:6.1f} kB SSIM {row.sharp_ssim:.4f}  ({row.version})\n"
        f"{'':10s} CPU {row.cpu:.2f} ({low:.2f} to {high:.2f}) {verdicts[0]};"
        f" bytes at equal SSIM {row.bytes_at_equal_ssim:.3f} {verdicts[1]}, {row.photographs} photographs\n"
        f"{'':10s} decoding and encoding alone {row.codecs_ms:.1f} ms CPU, {row.codecs_ms / row.ours_ms:.0%} of ours"
        f" and {row.codecs_ms / row.sharp_ms:.0%} of sharp's; with Lanczos {row.plain_ms:.1f} ms,"
        f" ours {row.ours_ms / row.plain_ms - 1:+.0%}"
    )


def _resizing(name: str, edge: int, quality: int) -> Resizing:
    made = Resizing((str(edge),), formats=(name,))
    return {
        "jpeg": Resizing(made.sizes, formats=made.formats, quality_jpeg=quality),
        "webp": Resizing(made.sizes, formats=made.formats, quality_webp=quality),
        "avif": Resizing(made.sizes, formats=made.formats, quality_avif=quality),
    }[name]


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _sharp(place: Path, name: str, edge: int, quality: int, photos: Sequence[Path], out: Path) -> dict[str, Any]:
    command = ["node", "run.cjs", name, str(edge), str(quality), str(out)]
    text = "\n".join(map(str, photos))
    ran = subprocess.run(command, cwd=place, input=text, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


Seen = tuple[float, int]
"""SSIM and bytes of a file; the SSIM is NaN where its edges were rounded differently."""


def _judged(photos: Sequence[Path], out: Path, name: str, edge: int, likeness: Likeness) -> list[Seen]:
    found = []
    for photo in photos:
        path = out / (photo.stem + ENDINGS[name])
        with Image.open(path) as image:
            plane = luma(image)
        wanted = _wanted(photo, edge)
        found.append((likeness(plane, wanted) if plane.shape == wanted.shape else math.nan, path.stat().st_size))
    return found


@cache
def _wanted(photo: Path, edge: int) -> np.ndarray:
    """The luma of a full decode and a full-size Lanczos, in sRGB."""
    with Image.open(photo) as image:
        profile, rgb = image.info.get("icc_profile"), image.convert("RGB")
    scale = min(1.0, edge / max(rgb.size))
    size = round(rgb.width * scale), round(rgb.height * scale)
    return luma(colours.to_srgb(rgb if size == rgb.size else rgb.resize(size, Image.Resampling.LANCZOS), profile))


def luma(image: Image.Image) -> np.ndarray:
    """The luma of a picture, 0 to 255."""
    return np.asarray(image.convert("RGB").convert("L"), dtype=np.float64)


def _against(theirs: Seen, ours: Sequence[Seen]) -> float | None:
    """The logarithm of our bytes to theirs at their SSIM; None where ours do not reach around it."""
    points = sorted(ours)
    if math.isnan(theirs[0]) or not points[0][0] <= theirs[0] <= points[-1][0]:
        return None
    at = np.interp(theirs[0], [like for like, _ in points], [math.log(length) for _, length in points])
    return float(at) - math.log(theirs[1])


def _means(seen: Sequence[Seen]) -> tuple[float, float]:
    return statistics.fmean(length for _, length in seen), float(np.nanmean([like for like, _ in seen]))
