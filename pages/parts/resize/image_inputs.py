"""Where the pictures of a resize come from: the samples, uploads, a ZIP, or a folder of this server.

Uploads lie on the server's disk; when the run starts, `Pictures.place` links them into the run's folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.errors import InputRefused, NotAvailable
from engine.runs.remote_plans import Source
from engine.text import counted, data_size, storable
from engine.workloads.images.opening import formats
from engine.workloads.images.sets.sources import find_images
from engine.workloads.shop.photos import PHOTOS, sample_photos
from pages.parts.resize.painting import painting
from pages.parts.resize.storage import are_on, choose_source
from pages.parts.run.pictures import made_files
from pages.parts.shared.guard import guard
from pages.parts.shared.server import settings, store
from pages.parts.shared.words import literal
from pages.parts.uploads.reading import finish
from pages.parts.uploads.received import Received, received
from pages.parts.uploads.spool import spool, spread
from pages.parts.uploads.uploaded import Uploads, offer, place_again, remember

TYPES = [suffix.lstrip(".") for suffix in formats.SUFFIXES]
Placed = tuple[list[Path], Path]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures that are chosen but not yet in place.

    `place(inputs, most)` puts them there (`inputs` is the run's folder of uploads) and gives their paths and the
    folder below which their names start; `most` limits how many, spread evenly. `count` is None where only unpacking
    tells it. `folder` is the server's folder that they come from, in which a folder of results may be made.
    `address` and `sources` are of pictures at a storage address: they stay there, and `place` is not called.
    """

    count: int | None
    title: str
    place: Callable[[Path, int | None], Placed]
    folder: Path | None = None
    address: str = ""
    sources: Sequence[Source] = ()


def choose_pictures(label: str = "Pictures from", at_addresses: bool = False) -> Pictures | None:
    """Draw the choice of source and its input; None while nothing usable is chosen.

    `at_addresses`: storage addresses are among the sources, where the server's configuration has them.
    """
    offered = {"Folder on this machine": bool(settings().folders), "Storage address": at_addresses and are_on()}
    names = [name for name in SOURCES if offered.get(name, True)]
    if st.session_state.get("pictures_from", names[0]) not in names:
        del st.session_state["pictures_from"]
    chosen = st.segmented_control(
        label, names, default=names[0], required=True, key="pictures_from", persist_state="session", wrap=True
    )
    found: Pictures | None = None
    with guard(stop=False):
        found = SOURCES[str(chosen or names[0])]()
    return found


def _samples() -> Pictures:
    st.caption(f"{len(PHOTOS)} photo-like pictures of 1 to 12 megapixels, made on this machine: no network is needed.")
    return Pictures(len(PHOTOS), f"{len(PHOTOS)} sample photos", _place_samples)


def _place_samples(inputs: Path, most: int | None) -> Placed:
    home = settings().home
    photos = sample_photos(home, painting())
    return spread(photos, most), home / "samples"


def _files() -> Pictures | None:
    files = _uploader("Files", "photos", True)
    return _uploaded("photos", files) if files else _again("photos")


def _folder() -> Pictures | None:
    files = _uploader("Folder", "folder", "directory")
    return _uploaded("folder", files) if files else _again("folder")


def _again(kind: str) -> Pictures | None:
    """What was uploaded before, for who comes back to the form."""
    found = offer(kind, "picture")
    return None if found is None else Pictures(len(found.names), found.title, partial(_place_again, kind, found))


def _place_again(kind: str, found: Uploads, inputs: Path, most: int | None) -> Placed:
    paths = place_again(spread(found.names, most), found.folder, inputs)
    if most is None:  # these outlive the run that they came from
        remember(kind, found.title, paths, inputs)
    return paths, inputs


def _uploader(label: str, name: str, many: Literal[True, "directory"]) -> list[UploadedFile]:
    limit = max(1, int(settings().upload_max_mb))
    files: Any = st.file_uploader(
        label,
        TYPES,
        accept_multiple_files=many,
        key=f"upload:{name}",
        max_upload_size=limit,
        help=f"Together at most {limit:,} MB. Originals are never changed.",
    )
    return list(files or [])


def _uploaded(kind: str, files: Sequence[UploadedFile]) -> Pictures:
    size = sum(file.size for file in files)
    check_size(size)
    st.caption(f"{counted(len(files), 'picture')}, {data_size(size)}.")
    title = literal_name(files[0].name) if len(files) == 1 else counted(len(files), "uploaded picture")
    limit_mb = settings().upload_max_mb
    return Pictures(len(files), title, partial(_place_files, kind, title, [received(each, limit_mb) for each in files]))


def literal_name(name: str) -> str:
    """A file's name as a run's title: its last part, not too long."""
    return name.replace("\\", "/").rsplit("/", 1)[-1][:60]


def check_size(size: int) -> None:
    """Refuse uploads that are too much for one run. Raises InputRefused with the ways out."""
    limit = settings().upload_max_mb
    if size > limit * 1e6:
        raise InputRefused(
            f"These are {data_size(size)}; at most {limit:,.0f} MB are taken at once (OVERLAP_UPLOAD_MAX_MB). Send "
            "them in parts or as ZIPs, or start the server with their folder: make run FOLDERS=~/Pictures "
            "(OVERLAP_FOLDERS), which needs no upload."
        )


def _place_files(
    kind: str, title: str, files: Sequence[Received], inputs: Path, most: int | None
) -> Placed:
    paths = spool([(file.name, file.path) for file in spread(files, most)], inputs)
    if most is None:
        remember(kind, title, paths, inputs)
    return paths, inputs


def _zip() -> Pictures | None:
    limit = max(1, int(settings().upload_max_mb))
    file = st.file_uploader("ZIP", ["zip"], key="upload:zip", max_upload_size=limit)
    if file is None:
        return _again("zip")
    check_size(file.size)
    st.caption(f"{data_size(file.size)}. It is checked and unpacked when the run starts; folders in it are kept.")
    return Pictures(None, literal_name(file.name), partial(_place_zip, received(file, limit)))


def _place_zip(file: Received, inputs: Path, most: int | None) -> Placed:
    with st.spinner("Unpacking the ZIP"):
        unpack = "engine.workloads.images.sets.archive:unpack"
        paths: list[Path] = finish(unpack, file.path, inputs, settings(), times=10)
    kept = spread(paths, most)
    for path in set(paths) - set(kept):
        path.unlink()
    if most is None:
        remember("zip", literal_name(file.name), kept, inputs)
    return kept, inputs


def _server_folder() -> Pictures | None:
    folders = settings().folders
    root = st.selectbox("Folder", folders, format_func=_told, key="server_folder", persist_state="session")
    below = st.text_input(
        "Part of it",
        key="server_part",
        placeholder="2025/summer",
        help="Empty takes all of it.",
        persist_state="session",
    )
    folder = _part(root, below)
    found = find_images(folder, settings=settings(), results=_made_here(folder))
    images = found.images
    told = f" {found.sentence}" if found.sentence else ""
    st.caption(f"{counted(len(images), 'picture')} in {literal(str(folder))}. Originals are never changed.{told}")
    return Pictures(len(images), f"{len(images):,} of {folder.name}", partial(_place_found, images, folder), folder)


def _made_here(folder: Path) -> set[str]:
    """The results that earlier runs wrote beside the originals in a folder: they are no originals."""
    runs = [run for run in store().runs(workload="resize") if run.options.get("target") == str(folder)]
    return {path for run in runs for path in _made(run.token, run.ok)}


@lru_cache(maxsize=64)
def _made(token: str, _ok: int) -> frozenset[str]:
    """What a run wrote; asked anew when it has written more."""
    folder, names = made_files(store(), store().run(token))
    return frozenset(os.path.realpath(folder / name) for name in names)


def _told(folder: Path) -> str:
    return storable(str(folder))


def _part(root: Path, below: str) -> Path:
    # realpath: Path.resolve raises RuntimeError for a link to itself, until Python 3.13.
    folder = Path(os.path.realpath(root / below.strip().strip("/\\").replace("\0", "")))
    if not folder.is_relative_to(os.path.realpath(root)):
        raise InputRefused(f"{below!r} leads out of {root}: name a folder in it.")
    return folder


def _storage() -> Pictures | None:
    found = choose_source()
    if found is None:
        return None
    address, sources = found
    return Pictures(len(sources), f"{len(sources):,} at {address}", _stays_there, address=address, sources=sources)


def _stays_there(inputs: Path, most: int | None) -> Placed:
    raise NotAvailable("Pictures at a storage address stay there: choose files or a folder of this machine for this.")


def _place_found(images: Sequence[Path], folder: Path, inputs: Path, most: int | None) -> Placed:
    return spread(images, most), folder


SOURCES: dict[str, Callable[[], Pictures | None]] = {
    "Sample photos": _samples,
    "Upload files": _files,
    "Upload a folder": _folder,
    "Upload a ZIP": _zip,
    "Folder on this machine": _server_folder,
    "Storage address": _storage,
}
"""Where pictures can come from, in the order shown: the first works offline at the first click."""
