"""Where a Python is, by the name that people gave it, and which folder it imports this engine from."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path

import engine
from engine.errors import NotAvailable
from engine.machine import private

_IN_ENVIRONMENT = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")


def executable(path: str) -> str:
    """The executable behind a path, a virtual environment's folder, or a command. Raises NotAvailable."""
    place = Path(path).expanduser()
    if place.is_dir():
        inside = (place / name for name in _IN_ENVIRONMENT)
        found = next((str(one) for one in inside if one.is_file()), None)
    else:
        # Not resolved: a virtual environment's python is a link, and its place says which environment is meant.
        found = str(place.absolute()) if place.is_file() else shutil.which(path)
    if found is None:
        raise NotAvailable(f"There is no Python at {path}: name an executable or a virtual environment's folder.")
    return found


def engine_path(other: bool = False) -> str:
    """The folder to import this engine from. Another Python must not find this one's packages beside it."""
    own = Path(engine.__file__).resolve().parent.parent
    return str(_alone(own)) if other and own.name in ("site-packages", "dist-packages") else str(own)


@cache
def _alone(site_packages: Path) -> Path:
    """A folder that holds nothing but the engine, for as long as this process lives."""
    folder = private.scratch_folder("engine")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        (folder / "engine").symlink_to(site_packages / "engine", target_is_directory=True)
    except OSError:  # Windows allows links only to some
        shutil.copytree(site_packages / "engine", folder / "engine")
    return folder
