"""Runs Streamlit on the app until it is told to stop, and prints where it is reached. Standard library only."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.cli.serving.places import LOOPBACK, Place, place_for, settings_for
from engine.cli.serving.turn import Turn, say
from engine.errors import InputRefused, NotAvailable

WINDOWS = os.name == "nt"
START_LIMIT_S = 120.0
STOP_LIMIT_S = 4.0


def serve(
    python: str | Path,
    app: Path,
    *,
    port: int | None = None,
    address: str | None = None,
    folders: Sequence[str] = (),
    opens_browser: bool | None = None,
    working_folder: Path | None = None,
) -> int:
    """Serve `app` (an app.py) with this Python until a signal asks for the end; returns the exit code, 0.

    What is None is taken from Streamlit's settings, else the default. `working_folder` is the app's; None is the
    current one. Raises SettingRefused, InputRefused or NotAvailable with the reason why it cannot be served.
    """
    environment = _environment(folders)
    with Turn("port", "about to take a port") as turn:  # until the app answers, another one would choose the same
        place = place_for(settings_for(app.parent, working_folder or Path.cwd()), port, address, opens_browser)
        asked = _signals_kept()
        # A session of its own: Ctrl-C then reaches the app once, from here, and not a second time from the terminal.
        process = subprocess.Popen(
            _command(python, app, place), cwd=working_folder, env=environment, stdin=subprocess.DEVNULL,
            start_new_session=not WINDOWS, preexec_fn=_die_with_parent(),
        )  # fmt: skip
        return _watch(process, asked, place, turn)


def _command(python: str | Path, app: Path, place: Place) -> list[str]:
    # -P: the current folder may hold an engine or a streamlit of its own.
    command = [str(python), "-P", "-m", "streamlit", "run", str(app), "--server.port", str(place.port)]
    command += ["--server.address", place.address, "--server.headless", "true", "--logger.hideWelcomeMessage", "true"]
    return command + [part for name in _allowed_hosts(place) for part in ("--server.allowedHosts", name)]


def _allowed_hosts(place: Place) -> Iterable[str]:
    """This machine's own names, and those that the settings add: browsers get in by these only.

    Else any web site could let its own name point here and drive the app from its scripts (DNS rebinding).
    An app that serves a network cannot know its names: there all are let in, unless some are named.
    """
    is_here = place.address in LOOPBACK or place.address.startswith("127.")
    if not place.allowed_hosts and not is_here:
        return ()
    return dict.fromkeys((*LOOPBACK, place.address, *place.allowed_hosts))


def _environment(folders: Sequence[str]) -> dict[str, str]:
    environment = dict(os.environ)
    paths = [Path(folder).expanduser().resolve() for folder in folders]
    for path in paths:
        if not path.is_dir():
            raise InputRefused(f"{path} is not a folder: correct --folders.")
    if paths:
        environment["OVERLAP_FOLDERS"] = os.pathsep.join(map(str, paths))
    return environment


def _signals_kept() -> list[int]:
    """A list that gets each signal that asks for the end from now on."""
    asked: list[int] = []
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):  # nohup stays nohup
            signal.signal(number, lambda caught, _frame: asked.append(caught))
    return asked


def _watch(app: subprocess.Popen[bytes], asked: list[int], place: Place, turn: Turn) -> int:
    started, told = time.monotonic(), False
    while app.poll() is None and not asked:
        if not told and _answers(place):
            told = True
            turn.end()
            say(f"\nOverlap is running at {place.url}   (Ctrl-C stops it)\n")
            if place.opens_browser:
                webbrowser.open(place.url)
        if not told and time.monotonic() - started > START_LIMIT_S:
            _end(app)
            raise NotAvailable(f"The app did not answer within {START_LIMIT_S:.0f} s: what it said stands above.")
        time.sleep(0.2 if told else 0.05)
    if asked:
        _end(app)
        say("\nOverlap has stopped.")
        return 0
    raise NotAvailable(f"The app ended by itself (exit code {app.returncode}): what it said stands above.")


def _end(app: subprocess.Popen[bytes]) -> None:
    if not WINDOWS:  # there terminate is kill; Ctrl-C has reached the app already, in the same console
        app.terminate()
    try:
        app.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        app.kill()
        app.wait()


def _die_with_parent() -> Any:
    """On Linux, what makes the app get SIGTERM when this process is killed (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)


def _answers(place: Place) -> bool:
    unchecked = ssl._create_unverified_context()  # this machine's own server, by a name that is not its certificate's
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unchecked)
    try:
        with urllib.request.build_opener(*handlers).open(f"{place.url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:  # not up yet
        return False
