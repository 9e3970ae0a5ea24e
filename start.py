"""Makes the virtual environment, installs the locked packages, starts the app and prints its address.

    python start.py                     run the app
    python start.py install             only make .venv and install what the app needs
    python start.py install --dev       also what the tests need, with a Chromium for the browser tests

Standard library only, and the same on Linux, macOS and Windows: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LEAST = (3, 11)
FIRST_PORT, LAST_PORT = 8501, 8599
LOOPBACK = ("localhost", "127.0.0.1", "::1")
START_LIMIT_S = 120.0
STOP_LIMIT_S = 4.0

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
    try:
        with Turn(f"install-{hashlib.sha256(bytes(ROOT)).hexdigest()[:12]}", "installing in this folder"):
            install(dev=getattr(options, "dev", False))
        return 0 if options.command == "install" else run(options)
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="start.py", description="Install and start Overlap.")
    parser.add_argument("--port", type=int, help=f"port to serve on (default: the first free one from {FIRST_PORT})")
    parser.add_argument("--address", default="127.0.0.1", help="address to serve on (default: this machine only)")
    parser.add_argument("--folders", nargs="+", metavar="FOLDER", help="folders that the app may read images from")
    opening = parser.add_mutually_exclusive_group()
    opening.add_argument("--open", action="store_true", help="open the page in the web browser")
    opening.add_argument("--no-browser", dest="open", action="store_false", help="only print the address (the default)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="install what is missing and run the app (the default)")
    installing = commands.add_parser("install", help="install and stop")
    installing.add_argument("--dev", action="store_true", help="also install the tests' packages and a Chromium")
    return parser.parse_args()


# One start at a time


class Turn:
    """The right to do what only one start.py at a time may do, until `end`; a context manager.

    A lock on a file in this user's folder among the temporary files; the system ends it with the process.
    """

    def __init__(self, name: str, doing: str) -> None:
        from engine.errors import NotAvailable  # standard library only, both of them, and only here
        from engine.private import temporary_folder

        self._file: int | None
        try:
            path = temporary_folder() / f"{name}.lock"
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except NotAvailable as refused:
            raise Stop(str(refused)) from None
        except OSError:  # no place for such a file: nobody waits for anybody, as when no two start at once
            self._file = None
        if self._file is not None and not _locks(self._file):
            print(f"Another start.py is {doing}: waiting for it. (Ctrl-C gives up)", flush=True)
            while not _locks(self._file):
                time.sleep(0.1)

    def end(self) -> None:
        """Let the next one in. A second call does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


def _locks(file: int) -> bool:
    """Whether the file could be locked; it stays so until it is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # another process has it
        return False
    except OSError:  # a file system without locks
        return True
    return True


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
    if dev:
        _install_browser()


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


# Running


def run(options: argparse.Namespace) -> int:
    """Serve the app until it is told to stop; returns the exit code. Raises Stop with the reason."""
    with Turn("port", "about to take a port") as turn:  # until the app answers, another one would choose the same
        return _serve(options, turn)


def _serve(options: argparse.Namespace, turn: Turn) -> int:
    port = options.port or _first_free(options.address)
    if not _is_free(options.address, port):
        raise Stop(f"Port {port} is in use: give another with --port, or none to take the first free one.")
    command = [PYTHON, "-m", "streamlit", "run", "app.py", "--server.port", port, "--server.address", options.address,
               "--server.headless", "true", "--logger.hideWelcomeMessage", "true", *_allowed_hosts(options.address)]
    asked: list[int] = []
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):  # nohup stays nohup
            signal.signal(number, lambda caught, _frame: asked.append(caught))
    # A session of its own: Ctrl-C then reaches the app once, from here, and not a second time from the terminal.
    app = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=_environment(options.folders),
                           stdin=subprocess.DEVNULL, start_new_session=not WINDOWS, preexec_fn=_die_with_parent())
    return _watch(app, asked, options, port, turn)


def _allowed_hosts(address: str) -> list[str]:
    """Options that let browsers in only by this machine's own names, and by those that the environment adds.

    Else any web site could let its own name point here and drive the app from its scripts (DNS rebinding).
    An app that serves a network cannot know its names: there all are let in, unless some are named.
    """
    named = os.environ.get("STREAMLIT_SERVER_ALLOWED_HOSTS", "").split()
    if not named and not (address in LOOPBACK or address.startswith("127.")):
        return []
    return [part for name in dict.fromkeys((*LOOPBACK, address, *named)) for part in ("--server.allowedHosts", name)]


def _watch(
    app: subprocess.Popen[bytes], asked: list[int], options: argparse.Namespace, port: int, turn: Turn
) -> int:
    started, told = time.monotonic(), False
    while app.poll() is None and not asked:
        if not told and _answers(options.address, port):
            told = True
            turn.end()
            print(f"\nOverlap is running at {_url(options.address, port)}   (Ctrl-C stops it)\n", flush=True)
            if options.open:
                webbrowser.open(_url(options.address, port))
        if not told and time.monotonic() - started > START_LIMIT_S:
            _end(app)
            raise Stop(f"The app did not answer within {START_LIMIT_S:.0f} s: what it said stands above.")
        time.sleep(0.2 if told else 0.05)
    if asked:
        _end(app)
        print("\nOverlap has stopped.", flush=True)
        return 0
    raise Stop(f"The app ended by itself (exit code {app.returncode}): what it said stands above.")


def _end(app: subprocess.Popen[bytes]) -> None:
    if not WINDOWS:  # there terminate is kill; Ctrl-C has reached the app already, in the same console
        app.terminate()
    try:
        app.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        app.kill()
        app.wait()


def _environment(folders: list[str] | None) -> dict[str, str]:
    environment = dict(os.environ)
    if folders:
        paths = [Path(folder).expanduser().resolve() for folder in folders]
        for path in paths:
            if not path.is_dir():
                raise Stop(f"{path} is not a folder: correct --folders.")
        environment["OVERLAP_FOLDERS"] = os.pathsep.join(map(str, paths))
    return environment


def _die_with_parent() -> Any:
    """On Linux, what makes the app get SIGTERM when this process is killed (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)


def _first_free(address: str) -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if _is_free(address, port):
            return port
    raise Stop(f"No port from {FIRST_PORT} to {LAST_PORT} is free: name one with --port.")


def _is_free(address: str, port: int) -> bool:
    # ::1 too: "localhost" would lead a browser to whatever answers there.
    addresses = [address, "::1"] if address == "127.0.0.1" and socket.has_ipv6 else [address]
    return not any(_is_taken(each, port) for each in addresses)


def _is_taken(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if not WINDOWS:  # elsewhere a port that was just left counts as taken for a minute
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OverflowError:
            raise Stop(f"{port} is no port: give one from 1 to 65535.") from None
        except OSError as error:
            missing = address == "::1" and error.errno != errno.EADDRINUSE  # no IPv6 here
            return not missing
    return False


def _url(address: str, port: int) -> str:
    host = {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(address, address)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _answers(address: str, port: int) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{_url(address, port)}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:  # not up yet
        return False


if __name__ == "__main__":
    sys.exit(main())
