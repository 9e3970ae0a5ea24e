"""A run's form, filled as it was: what the pages of the forms find in the session when somebody goes back to change
something.

Keys of widgets are those of the forms; a form that does not know one leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import OverlapError
from engine.model import Run
from engine.runs.defaults import preset_for
from engine.text import storable
from engine.workloads.images.making.options import TRANSPARENT, Resizing, resizing_from
from engine.workloads.shop.addresses import is_demo
from pages.parts.resize import storage
from pages.parts.resize.presets import PRESETS
from pages.parts.run.pictures import has_files, is_imported
from pages.parts.shared.server import settings, store
from pages.parts.uploads.uploaded import remember

PASTED = 2_000
"""Up to so many addresses stand in the form's own field; more are kept as a list, as if they had been uploaded."""
AGAIN = "addresses.txt"


def has_form(run: Run) -> bool:
    """Whether there is a form that this run can have come from."""
    if is_imported(run) or run.kind != "job" or run.workload not in FORMS:
        return False
    return has_files(run) or storage.are_on()


def fill_form(run: Run) -> str:
    """Put what the run was asked for into the session, and give the file of its form's page."""
    page, fill = FORMS[run.workload]
    how = run.configurations[0]
    # What is chosen belongs to the preset of now: see `how_to_run`.
    preset = preset_for(store(), run.workload).configuration.label
    values: dict[str, Any] = {f"preset:{run.workload}": preset, f"executor:{run.workload}": how.executor}
    if how.executor != "sequential":
        values[f"workers:{run.workload}:{how.executor}"] = how.workers
    if how.start_method:
        values[f"method:{run.workload}"] = how.start_method
    for key, value in {**values, **fill(run)}.items():
        st.session_state[key] = value
    return page


def _scrape(run: Run) -> dict[str, Any]:
    arguments = [task.argument for task in store().folder(run).tasks() if isinstance(task.argument, Mapping)]
    addresses = [str(one.get("url") or "") for one in arguments]
    if addresses and all(is_demo(address) for address in addresses):
        return {"pages_from": "Demo shops"}
    told = {"language": run.options.get("language", ""), "user_agent": run.options.get("user_agent", "")}
    told["revalidate"] = bool(run.options.get("revalidate"))
    if len(addresses) <= PASTED:
        return {"pages_from": "Paste addresses", "addresses": "\n".join(addresses), **told}
    inputs = store().folder(run).inputs
    inputs.mkdir(exist_ok=True)
    (inputs / AGAIN).write_text("\n".join(addresses), encoding="utf-8")
    remember("list", AGAIN, [inputs / AGAIN], inputs)
    return {"pages_from": "Upload a list", **told}


def _resize(run: Run) -> dict[str, Any]:
    return {**_pictures(run), **_at_address(run), **_options(run)}


def _at_address(run: Run) -> dict[str, Any]:
    """The addresses that pictures came from and results went to, where this server still lets pages use those."""
    source, target = str(run.options.get("from") or ""), str(run.options.get("address") or "")
    if not storage.are_on():
        return {}
    values: dict[str, Any] = {}
    if source:
        values = {"pictures_from": "Storage address", storage.SOURCE: source, "place:address": "download"}
    if target:
        values |= {storage.TARGET: target, "place:address" if source else "place:here": "address"}
        values["overwrite:address"] = run.options.get("overwrite", "never")
    return values


def _pictures(run: Run) -> dict[str, Any]:
    """Where the pictures came from; nothing where that cannot be told, so the form stays as it is."""
    folder = store().folder(run)
    sources = [folder.path / task.argument["source"] for task in folder.tasks() if isinstance(task.argument, Mapping)]
    if not sources:
        return {}
    if sources[0].is_relative_to(settings().home / "samples"):
        return {"pictures_from": "Sample photos"}
    if sources[0].is_relative_to(folder.inputs):
        with suppress(OSError):  # some of them are gone
            remember("photos", run.title, sources, folder.inputs)
            return {"pictures_from": "Upload files"}
        return {}
    return _server_folder(sources)


def _server_folder(sources: list[Path]) -> dict[str, Any]:
    for root in settings().folders:
        if all(source.is_relative_to(root) for source in sources):
            common = Path(*_common([source.parent.relative_to(root).parts for source in sources]))
            part = "" if common == Path() else storable(common.as_posix())
            return {"pictures_from": "Folder on this machine", "server_folder": root, "server_part": part}
    return {}


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    shared = [parts[0] for parts in zip(*paths, strict=False) if len(set(parts)) == 1]
    return tuple(shared) if all(path[: len(shared)] == tuple(shared) for path in paths) else ()


def _options(run: Run) -> dict[str, Any]:
    """Every option's widget. The preset is the one that it equals, else the one that the form opens with."""
    try:
        asked = resizing_from(run.options)
    except OverlapError:  # from another version
        return {}
    preset = next((name for name, options in PRESETS.items() if options == asked), "Gallery")
    values: dict[str, Any] = {
        "sizes": ", ".join(asked.sizes), "format": list(asked.formats), "clear": asked.colour == TRANSPARENT,
        **{name: getattr(asked, name) for name in _SAME_NAMES}, **_aim(asked),
    }  # fmt: skip
    if asked.colour != TRANSPARENT:
        values["colour"] = asked.colour
    return {"preset": preset, **{f"{name}:{preset}": value for name, value in values.items()}}


_SAME_NAMES = (
    "fit", "anchor", "name", "enlarge", "sharpen", "smaller", "palette", "lossless", "optimize", "progressive",
    "metadata", "profile", "animation", "quality_jpeg", "quality_webp", "quality_avif",
)  # fmt: skip


def _aim(asked: Resizing) -> dict[str, Any]:
    if asked.max_kb:
        return {"aim": "size", "max_kb": int(asked.max_kb)}
    return {"aim": "ssim", "ssim": asked.ssim} if asked.ssim else {"aim": "quality"}


FORMS: dict[str, tuple[str, Callable[[Run], dict[str, Any]]]] = {
    "scrape": ("scrape.py", _scrape),
    "resize": ("resize.py", _resize),
}
"""Workload: the page of its form, and what fills it."""
