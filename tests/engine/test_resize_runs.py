"""Whatever strangers upload: real batches through the engine, on every executor that can resize.

One bad picture is one record with its reason; the good ones beside it are written, with the same bytes everywhere.
"""

from __future__ import annotations

import io
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from engine.config import Settings
from engine.model import Configuration, Plan, Record, Run
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import resizing_from
from tests.engine.support import alive_with, once_each, open_store, run_to_end, until
from tests.engine.workloads.images.pictures import HEIC, QUARTERS, UNDO, close, corners, photo, quarters

HERE = Path(__file__).parent
SEQUENTIAL = Configuration("sequential", 1)
THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 2)
EVERY = (SEQUENTIAL, THREADS, PROCESSES)
BESIDE = [one for one in EVERY if one != SEQUENTIAL]
GPS = b"N\x0052-30-15-somewhere"


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    """The picture as a JPEG file."""
    return encoded(picture, "JPEG", quality=90, **options)


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    """The picture as a file of a format."""
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 400 megapixels."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def turned(orientation: int) -> bytes:
    """The four quarters, stored so that EXIF's orientation brings them back."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = GPS.decode("latin-1")
    stored = quarters().transpose(UNDO[orientation]) if orientation in UNDO else quarters()
    return jpeg(stored, exif=exif.tobytes())


def private() -> bytes:
    """A JPEG that tells a place in EXIF (its own GPS block too), in its thumbnail, in XMP, in IPTC and in a comment."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 15.0), 0x1B: GPS})
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + GPS
    told = GPS.replace(b"\0", b" ")
    picture = jpeg(quarters(), exif=exif.tobytes(), xmp=b"<x:xmpmeta>" + told + b"</x:xmpmeta>", comment=told)
    record = b"\x1c\x02\x5a" + len(GPS).to_bytes(2, "big") + GPS
    body = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record
    thumbnail = b"JFXX\0\x10" + GPS
    blocks = ((b"\xff\xed", body), (b"\xff\xe0", thumbnail))
    inserted = b"".join(kind + (len(block) + 2).to_bytes(2, "big") + block for kind, block in blocks)
    return picture[:2] + inserted + picture[2:]


def animated() -> bytes:
    """A GIF of three frames."""
    frames = [quarters(), *(Image.new("RGB", (240, 160), colour) for colour in ("black", "white"))]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def endless() -> bytes:
    """A GIF of ten thousand frames."""
    one = encoded(quarters(), "GIF")
    at = one.index(b",", 13 + 3 * 2 ** ((one[10] & 7) + 1))
    return one[:-1] + one[at:-1] * 9_999 + b";"


def tagged_png() -> bytes:
    """A PNG with XMP and a comment that tell a place."""
    tags = PngImagePlugin.PngInfo()
    tags.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{GPS.decode('latin-1')}</x:xmpmeta>".replace("\0", " "))
    tags.add_text("Comment", GPS.decode("latin-1").replace("\0", " "))
    return encoded(quarters().convert("RGBA"), "PNG", pnginfo=tags)


WHOLE = jpeg(photo(600, 400))
BAD: dict[str, tuple[bytes, str]] = {
    "bomb.png": (bomb(), "too_many_pixels"),
    "empty.jpg": (b"", "empty_file"),
    "cut early.jpg": (WHOLE[: len(WHOLE) // 10], "truncated"),
    "cut late.jpg": (WHOLE[: len(WHOLE) * 9 // 10], "truncated"),
    "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "unsupported_format"),
    "drawing.png": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
    "layers.tif": (b"8BPS\0\1" + bytes(60), "unsupported_format"),
    "no picture.jpg": (b"\xff\xd8\xff no picture", "damaged"),
}
"""Rows 18 and 19 of the table of faults: content and the reason of its record."""

GOOD: dict[str, bytes] = {
    "plain.jpg": turned(1),
    **{f"turned {orientation}.jpg": turned(orientation) for orientation in UNDO},
    "private.jpg": private(),
    "odd exif.jpg": jpeg(quarters(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage"),
    "ink.jpg": jpeg(quarters().convert("CMYK")),
    "palette.png": encoded(quarters().quantize(16), "PNG"),
    "alpha.png": tagged_png(),
    "frames.gif": animated(),
    "endless.gif": endless(),
    "wide.png": encoded(Image.new("I;16", (240, 160), 40_000), "PNG"),
    "grey.jpg": jpeg(quarters().convert("L")),
    "phone.heic": HEIC,
    "CON.jpg": turned(1),
    "folder/PLAIN.jpg": turned(1),
}


@dataclass(frozen=True)
class Ended:
    """A run that is over."""

    run: Run
    records: dict[str, Record]
    outputs: Path
    trials: int


def lay_out(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write the files below the folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def batch(folder: Path, files: dict[str, bytes], how: Configuration, settings: Settings, **options: Any) -> Plan:
    """A job that resizes these files to 120 pixels."""
    resizing = resizing_from({"sizes": ["120"], **options})
    return resize_plan(lay_out(folder, files), resizing, how, settings, root=folder)


def ended(store: Store, plan: Plan) -> Ended:
    """The plan's run, once it is over; every task has one record."""
    run = run_to_end(store, plan)
    records = {record.label: record for record in once_each(store, run).values()}
    return Ended(run, records, store.folder(run).outputs, len(store.trials(run)))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ended]]:
    """The same batch of good and bad files on every executor."""
    place = tmp_path_factory.mktemp("runs")
    (place / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        store = open_store(place / "home")
        files = {name: content for name, (content, _) in BAD.items()} | GOOD
        plans = {how.executor: batch(place / "in", files, how, store.settings, name="{stem}.{ext}") for how in EVERY}
        yield {name: ended(store, plan) for name, plan in plans.items()}
        store.close()


EXECUTORS = pytest.mark.parametrize("executor", [how.executor for how in EVERY])


@EXECUTORS
def test_each_bad_file_is_one_record_with_its_reason_and_the_good_ones_are_written(
    executor: str, runs: dict[str, Ended]
) -> None:
    found = runs[executor]
    assert {name: found.records[name].reason for name in BAD} == {name: reason for name, (_, reason) in BAD.items()}
    assert [name for name in GOOD if found.records[name].status != "ok"] == []
    assert (found.run.state, found.run.failed, found.run.ok) == ("finished", len(BAD), len(GOOD))
    assert found.trials == 1, "no bad file may cost a trial"
    errors = [found.records[name].error or "" for name in BAD]
    assert all(error.endswith(".") and "Traceback" not in error and "Error:" not in error for error in errors), errors


def contents(found: Ended) -> dict[str, bytes]:
    """What the run wrote, by name below its folder of outputs."""
    files = [path for path in found.outputs.rglob("*") if path.is_file()]
    return {path.relative_to(found.outputs).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("executor", [how.executor for how in BESIDE])
def test_outputs_and_fingerprints_are_the_same_as_one_after_the_other(executor: str, runs: dict[str, Ended]) -> None:
    one, other = runs["sequential"], runs[executor]
    assert contents(one) == contents(other)
    prints = [{name: record.fingerprint for name, record in each.records.items()} for each in (one, other)]
    assert prints[0] == prints[1]
    assert all(prints[0][name] for name in GOOD)


@EXECUTORS
def test_pictures_come_out_the_right_way_up_and_in_the_right_colours(executor: str, runs: dict[str, Ended]) -> None:
    grey = [(level, level, level) for level in (round(0.299 * r + 0.587 * g + 0.114 * b) for r, g, b in QUARTERS)]
    for name in set(GOOD) - {"wide.png", "phone.heic"}:
        path = Path(runs[executor].records[name].output["path"])
        wanted = grey if name == "grey.jpg" else QUARTERS
        wrong = [pair for pair in zip(corners(path), wanted, strict=True) if not close(*pair, within=14)]
        assert wrong == [], name
    assert runs[executor].records["frames.gif"].output["note"] == "animation of 3 frames"
    assert runs[executor].records["endless.gif"].output["note"] == (
        "first of more than 1000 frames, which are too many to be kept"
    )
    with Image.open(runs[executor].records["wide.png"].output["path"]) as picture:
        assert picture.convert("L").getpixel((60, 40)) == pytest.approx(40_000 // 257, abs=2), "scaled, not clipped"


@EXECUTORS
def test_nothing_private_is_left_and_every_name_is_safe_and_distinct(executor: str, runs: dict[str, Ended]) -> None:
    made = contents(runs[executor])
    assert [GOOD[name].count(b"somewhere") for name in ("plain.jpg", "private.jpg", "alpha.png")] == [1, 6, 2]
    assert [name for name, data in made.items() if b"somewhere" in data or b"Exif" in data or b"xmpmeta" in data] == []
    assert len(made) == len(GOOD) == len({name.casefold() for name in made})
    assert not [name for name in made if Path(name).stem.upper() == "CON"], "Windows has no file of this name"


@EXECUTORS
def test_an_output_says_first_where_it_is_and_how_large(executor: str, runs: dict[str, Ended]) -> None:
    output = runs[executor].records["plain.jpg"].output
    assert list(output)[:4] == ["path", "width", "height", "bytes"]
    assert (output["width"], output["height"]) == (120, 80)
    assert Path(output["path"]).stat().st_size == output["bytes"]


# -- decoders that do harm: a Pillow plugin, on the trial's search path ------------------------------------------------

FINE = {f"fine {number}.jpg": jpeg(photo(300, 200, number + 1)) for number in range(6)}


def harmed(
    store: Store, folder: Path, how: Configuration, action: bytes, limit_mb: float = 500, limit_s: float = 30
) -> Ended:
    """A run of six good pictures and one that makes its decoder do harm."""
    store = Store(store.engine, Settings(home=store.settings.home, worker_memory_mb=limit_mb))
    names = list(FINE)
    files = {**{name: FINE[name] for name in names[:3]}, "poison.bmp": b"BM" + action}
    plan = batch(folder, files | FINE, how, store.settings)
    options = {**plan.options, "search_path": [str(HERE / "hostile_decoder")]}
    found = ended(store, Plan(plan.kind, plan.workload, plan.title, plan.tasks, plan.configurations, options, limit_s))
    assert found.run.state == "finished"
    assert [label for label, record in found.records.items() if record.status != "ok"] == ["poison.bmp"]
    assert len(contents(found)) == len(FINE), "what is finished is kept, and the rest is done"
    until(lambda: not alive_with(store.settings.home))
    return found


def test_a_decoder_that_segfaults_costs_one_record_on_processes(store: Store, tmp_path: Path) -> None:
    found = harmed(store, tmp_path / "in", PROCESSES, b"segfault")
    assert (found.records["poison.bmp"].reason, found.records["poison.bmp"].attempts) == ("crashed", 2)
    assert found.trials == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a limit")
def test_a_decoder_that_eats_memory_costs_one_record_on_processes(store: Store, tmp_path: Path) -> None:
    found = harmed(store, tmp_path / "in", PROCESSES, b"eat")
    assert (found.records["poison.bmp"].reason, found.records["poison.bmp"].attempts) == ("out_of_memory", 1)
    assert found.trials == 1


def test_where_no_limit_is_set_the_system_ends_the_worker_and_the_record_says_so(store: Store, tmp_path: Path) -> None:
    found = harmed(store, tmp_path / "in", PROCESSES, b"eat", limit_mb=0)
    assert (found.records["poison.bmp"].reason, found.trials) == ("crashed", 1)


@pytest.mark.parametrize(
    ("how", "action"),
    [
        (THREADS, b"segfault"),
        (THREADS, b"eat"),
        pytest.param(SEQUENTIAL, b"segfault", marks=pytest.mark.stress),
        pytest.param(SEQUENTIAL, b"eat", marks=pytest.mark.stress),
    ],
    ids=lambda value: value.label if isinstance(value, Configuration) else value.decode(),
)
def test_where_workers_share_a_process_it_costs_the_trial_but_not_the_run(
    how: Configuration, action: bytes, store: Store, tmp_path: Path
) -> None:
    found = harmed(store, tmp_path / "in", how, action)
    assert found.records["poison.bmp"].reason == "crashed"
    *lost, last = store.trials(found.run)
    assert last.state == "finished" and lost
    signal_ = "SIGSEGV" if action == b"segfault" else "SIGKILL"
    assert {(trial.state, trial.message) for trial in lost} == {
        ("failed", f"The trial's process was ended by {signal_}.")
    }


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is no request there")
@pytest.mark.parametrize(
    "how", [*BESIDE, pytest.param(SEQUENTIAL, marks=pytest.mark.stress)], ids=lambda how: how.label
)
def test_a_decoder_that_never_returns_and_ignores_sigterm_is_ended_at_its_time_limit(
    how: Configuration, store: Store, tmp_path: Path
) -> None:
    began = time.perf_counter()
    found = harmed(store, tmp_path / "in", how, b"hang", limit_s=1.5)
    record = found.records["poison.bmp"]
    # Where threads share the lock that it holds, its neighbour was late too: each is then tried once more, alone.
    assert record.reason == "time_limit" and record.attempts <= 1 + (how.executor == "threads")
    assert "limit of 1.5 s" in str(record.error)
    assert time.perf_counter() - began < 15
