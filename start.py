"""Makes the virtual environment, installs the locked packages, starts the app and prints its address.

    python start.py                     run the app
    python start.py install             only make .venv and install what the app needs
    python start.py install --dev       also what the tests need, with a Chromium for the browser tests

Standard library only, and the same on Linux, macOS and Windows: it runs before anything is installed. That is also why
it is one long file: people download it and start it by its name.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LEAST = (3, 11)

# Google's build first: Ubuntu's "chromium" is a snap, which often cannot start without a desktop session.
BROWSERS = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome", "microsoft-edge")
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "{PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "{PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
    "{LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
    "{PROGRAMFILES(X86)}/Microsoft/Edge/Application/msedge.exe",
)


class Stop(Exception):
    """What keeps the app from starting; its text is a sentence for people."""


def main() -> int:
    """Do what the command line asks; returns the exit code."""
    if sys.version_info < LEAST:  # before anything that an older Python could trip over
        print(f"Overlap needs Python 3.11 or newer, and this is {sys.version.split()[0]} ({sys.executable}).\n"
              "Start it with a newer one, for example: python3.12 start.py", file=sys.stderr)
        return 1
    options = _options()
    from engine.cli.serving.turn import Turn  # standard library only, like all that is imported from the engine here
    from engine.errors import OverlapError

    try:
        with Turn(f"install-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}", "installing in this folder"):
            install(dev=getattr(options, "dev", False))
        return 0 if options.command == "install" else run(options)
    except (Stop, OverlapError) as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    """Serve the app until it is told to stop; returns the exit code. Raises OverlapError with the reason."""
    from engine.cli.serving.server import serve

    return serve(
        PYTHON, ROOT / "app.py", port=options.port, address=options.address, folders=options.folders or (),
        opens_browser=options.open, working_folder=ROOT,
    )  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="start.py",
        description="Install and start Overlap.",
        epilog="What is not given is taken from STREAMLIT_SERVER_PORT and the like, then from .streamlit/config.toml.",
    )
    parser.add_argument("--version", action="version", version=f"overlap {_version()}")
    parser.add_argument("--port", type=int, help="port to serve on (default: the first free one from 8501)")
    parser.add_argument("--address", help="address to serve on (default: this machine only)")
    parser.add_argument("--folders", nargs="+", metavar="FOLDER", help="folders that the app may read images from")
    opening = parser.add_mutually_exclusive_group()
    opening.add_argument("--open", action="store_true", default=None, help="open the page in the web browser")
    opening.add_argument("--no-browser", dest="open", action="store_false", default=None,
                         help="only print the address (the default)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="install what is missing and run the app (the default)")
    installing = commands.add_parser("install", help="install and stop")
    installing.add_argument("--dev", action="store_true", help="also install the tests' packages and a Chromium")
    return parser.parse_args()


def _version() -> str:
    from engine import __version__

    return __version__


# Installing


def install(dev: bool = False) -> None:
    """Make `.venv` hold the locked packages; quick when it already does. Raises Stop with the reason."""
    names = ["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"]
    wanted = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}
    if not _venv_works():
        _make_venv(dev)
    if {name: _stamped().get(name) for name in names} != wanted:
        STAMP.unlink(missing_ok=True)
        _install_packages(names[-1])
        STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    _write_command()
    if dev:
        _install_browser()
        _install_postgres()


def _write_command() -> None:
    """`overlap` beside the virtual environment's Python: the command line, from any folder."""
    path, script = PYTHON.parent / ("overlap.cmd" if WINDOWS else "overlap"), ROOT / "overlap_command.py"
    text = f'@"%~dp0python.exe" "{script}" %*\n' if WINDOWS else (
        f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} {shlex.quote(str(script))} "$@"\n'
    )
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def _stamped() -> dict[str, Any]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or half written: install again
        return {}
    return found if isinstance(found, dict) else {}


def _venv_works() -> bool:
    test = f"import sys, pip; sys.exit(sys.version_info < {LEAST})"
    try:
        return subprocess.run([PYTHON, "-c", test], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):  # no such file, or the Python that it links to is gone
        return False


def _make_venv(dev: bool) -> None:
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        _add_venv_module(dev)
    print(f"Making a virtual environment in {VENV} with Python {sys.version.split()[0]} ...", flush=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode or not _venv_works():
        said = (made.stdout + made.stderr).strip()
        raise Stop(f"The virtual environment could not be made. Python said:\n{said}")


def _add_venv_module(dev: bool) -> None:
    """Debian keeps venv and ensurepip in a package of its own: install it where that is ours to do, else say so."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if dev and _has_apt() and sys.executable.startswith("/usr/bin/"):
        _apt_install(package)
        return
    raise Stop(f"This Python ({sys.executable}) cannot make virtual environments: its modules venv and ensurepip are "
               f"missing.\nOn Debian and Ubuntu install them with: sudo apt install {package}\nThen start again.")


def _install_packages(lock: str) -> None:
    print(f"Installing the packages of {lock} (a minute or two, the first time only) ...", flush=True)
    started = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(ROOT / lock)]
    last: list[str] = []
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, errors="replace", **streams) as pip:
        for line in pip.stdout or ():
            last = [*last[-30:], line]
            if sys.stdout.isatty() and line.startswith(("Collecting ", "Installing ")):
                print(f"\r\033[K  {line.strip()[:70]}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if pip.returncode:
        raise Stop(f"{''.join(last)}\nThe packages could not be installed: pip's last words stand above.\n"
                   "Check that this machine reaches the package index (or that of pip's settings), then start again.")
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


# A browser for the tests


def find_browser() -> str | None:
    """The path of a Chromium, Chrome or Edge on this machine that starts; None where there is none."""
    named = [shutil.which(name) for name in BROWSERS]
    placed = [_filled(place) for place in BROWSER_PLACES]
    return next((path for path in [*named, *placed] if path and Path(path).is_file() and _starts(path)), None)


def _filled(place: str) -> str | None:
    try:
        return place.format_map(os.environ)
    except KeyError:  # a variable that only Windows has
        return None


def _starts(browser: str) -> bool:
    if WINDOWS:  # there --version opens a window instead of printing
        return True
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_browser() -> None:
    if find_browser() or _playwright_has_one():
        return
    print("Installing a Chromium for the browser tests ...", flush=True)
    if _has_apt() and "ubuntu" not in _system_id():  # Ubuntu's package is only a pointer to a snap
        _apt_install("chromium")
        return
    extra = ["--with-deps"] if _is_root() and sys.platform == "linux" else []
    if subprocess.run([PYTHON, "-m", "playwright", "install", *extra, "chromium"]).returncode:
        raise Stop("No Chromium could be installed. Install Chromium or Google Chrome by hand, then start again.")


def _install_postgres() -> None:
    """For the store's tests, which are skipped without one: so what goes wrong is said, and nothing more."""
    if not _has_apt() or shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    print("Installing a Postgres for the tests of the store ...", flush=True)
    try:
        _apt_install("postgresql")
    except Stop as reason:
        print(f"{reason}\nThe tests that need it will be skipped.", file=sys.stderr)


def _playwright_has_one() -> bool:
    code = ("import os, playwright.sync_api as p\n"
            "with p.sync_playwright() as w: raise SystemExit(not os.path.isfile(w.chromium.executable_path))")
    return subprocess.run([PYTHON, "-c", code], capture_output=True).returncode == 0


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _has_apt() -> bool:
    return _is_root() and shutil.which("apt-get") is not None


def _system_id() -> str:
    path = Path("/etc/os-release")
    return path.read_text(encoding="utf-8").lower() if path.is_file() else ""


def _apt_install(package: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"{done.stderr.strip()}\n`apt-get install {package}` failed: install it by hand, then start again.")


if __name__ == "__main__":
    sys.exit(main())
