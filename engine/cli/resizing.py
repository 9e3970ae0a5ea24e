"""The options that say what is made of each picture, and what is to be said of the results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from engine.cli.terminal.telling import tell
from engine.model import Run
from engine.store import Store
from engine.workloads.images.making.options import ANIMATIONS, FORMATS, METADATA, PROFILES
from engine.workloads.images.making.sizes import ANCHORS, ATTENTION, FITS

TOLD = 8
"""Different notes that are shown, the most frequent first."""


def _size(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    """``200kB``, ``1.5MB`` or a number of kB; in kB of 1000 bytes."""
    if value is None:
        return None
    text = value.strip().lower().removesuffix("b")
    factor = {"m": 1000.0, "k": 1.0}.get(text[-1:])
    try:
        number = float(text[:-1]) * factor if factor else float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number <= 1_000_000:
        raise click.BadParameter(f"{value!r} is no size of a file: write it like 200kB or 1.5MB.", context, option)
    return number


OPTIONS = (
    click.option("--size", "sizes", multiple=True, help="WxH, Wx, xH, N (longest edge) or N%; repeatable. [400x400]"),
    click.option("--fit", type=click.Choice(list(FITS)), default="inside", show_default=True),
    click.option("--anchor", type=click.Choice([*ANCHORS, ATTENTION]), default="centre", show_default=True,
                 help="What a crop keeps; attention looks for it in the picture."),
    click.option("--colour", default="#ffffff", show_default=True,
                 help="The colour of padding and behind transparent parts; or: transparent."),
    click.option("--enlarge", is_flag=True, help="Also make small images larger."),
    click.option("--sharpen", is_flag=True, help="Sharpen a little after scaling."),
    click.option("--format", "formats", type=click.Choice(list(FORMATS)), multiple=True, default=("keep",),
                 show_default=True, help="Repeatable: each picture in each of them."),
    click.option("--quality", help="1 to 100, or for each format: jpeg=85,webp=82,avif=65, which are the defaults."),
    click.option("--max-size", "max_kb", callback=_size, metavar="SIZE",
                 help="Largest size of a file, such as 200kB: lowers the quality until it fits."),
    click.option("--ssim", type=click.FloatRange(0.5, 0.999),
                 help="Find the lowest quality that is at least so like (SSIM) the unencoded picture: 0.98, say."),
    click.option("--optimize/--no-optimize", default=True, show_default=True, help="JPEG: 4% smaller."),
    click.option("--progressive", is_flag=True, help="JPEG: a tenth smaller, several times slower."),
    click.option("--lossless", is_flag=True, help="WebP: not one pixel differs."),
    click.option("--palette/--no-palette", default=True, show_default=True,
                 help="PNG: pictures with a palette keep one."),
    click.option("--keep-smaller", "smaller", is_flag=True,
                 help="Keep the original, without its metadata, where a result of the same size has more bytes."),
    click.option("--metadata", type=click.Choice(METADATA),
                 help="What is kept of a picture's metadata; its place by date-place and all only.  [none]"),
    click.option("--keep-copyright", is_flag=True, help="The same as --metadata copyright."),
    click.option("--profile", type=click.Choice(PROFILES), default="srgb", show_default=True,
                 help="Colours become sRGB, or keep a wide profile such as Display P3."),
    click.option("--animation", type=click.Choice(ANIMATIONS), default="auto", show_default=True,
                 help="Animated GIF and WebP: kept with their format (auto), where a format can, or the first frame."),
    click.option("--name", help="Pattern of the outputs' names.  [{stem}.{ext}; with --beside {stem}-small.{ext}]"),
)  # fmt: skip


def how_to_resize(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with all of OPTIONS, in their order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def tell_notes(store: Store, run: Run) -> None:
    """Say on stderr what is remarkable about results (first frames, lost gain maps), and where the gallery page is."""
    from engine.report.notes import notes_of
    from engine.workloads.images.gallery import folder_of, page_of

    notes = notes_of(store, run)
    for note, count in notes.most_common(TOLD):
        tell(f"{count} of {run.ok}: {note}.")
    if len(notes) > TOLD:
        tell(f"{len(notes) - TOLD:,} other remarks stand in the run's JSON.")
    if run.options.get("html") and (page := page_of(folder_of(run, store.folder(run).outputs), run)):
        tell(f"The gallery page is {page}.")
