"""start.py as a person meets it: a real process, a real server, real signals.

The project folder is made up, and its virtual environment borrows this one's packages, so nothing is installed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

import start
from engine.cli.serving.places import is_free

ROOT = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with start.py, an app of two lines, and a virtual environment that counts as installed."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("start.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "app.py").write_text("import streamlit as st\nst.write('hello')\n", encoding="utf-8")
    venv.create(folder / ".venv")
    (packages,) = (folder / ".venv").glob("[Ll]ib/**/site-packages")
    (packages / "borrowed.pth").write_text("\n".join(path for path in sys.path if "site-packages" in path))
    digest = hashlib.sha256((folder / "requirements.txt").read_bytes()).hexdigest()
    (folder / ".venv" / "installed.json").write_text(json.dumps({"requirements.txt": digest}), encoding="utf-8")
    return folder


class Running:
    """A start.py that has printed its address, the process that serves, and what was said so far."""

    def __init__(self, project: Path, *options: str) -> None:
        command = [sys.executable, "start.py", *options]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen(command, cwd=project, **pipes)
        said = ""
        for line in self.process.stdout or ():
            said += line
            if found := re.search(r"^Overlap is running at (http://localhost:\d+\S*) ", line):
                self.address = found[1]
                break
        else:
            raise AssertionError(f"start.py never printed its address: {said}")
        (self.app,) = psutil.Process(self.process.pid).children()

    def end(self) -> None:
        for process in (self.process, self.app):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def running(project: Path) -> Iterator[Running]:
    started = Running(project)
    yield started
    started.end()


def is_gone(process: psutil.Process, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_prints_an_address_that_answers_and_ends_within_five_seconds(running: Running, name: str) -> None:
    with urllib.request.urlopen(running.address + "/_stcore/health", timeout=5) as answer:
        assert answer.status == 200
    asked = time.monotonic()
    running.process.send_signal(getattr(signal, name))
    assert running.process.wait(10) == 0
    assert time.monotonic() - asked < 5
    assert is_gone(running.app, within_s=1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_the_app_ends_when_start_is_killed(running: Running) -> None:
    running.process.kill()
    assert is_gone(running.app, within_s=5)


def test_the_app_listens_on_this_machine_only(running: Running) -> None:
    addresses = {found.laddr.ip for found in running.app.net_connections() if found.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


def test_starts_at_the_same_moment_each_serve_where_they_say(project: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        starts = list(pool.map(lambda _: Running(project), range(3)))
    try:
        listening = [
            {found.laddr.port for found in start.app.net_connections() if found.status == psutil.CONN_LISTEN}
            for start in starts
        ]
        assert listening == [{urlsplit(start.address).port} for start in starts]
    finally:
        for start in starts:
            start.end()


def test_one_start_at_a_time_installs(project: Path, tmp_path: Path) -> None:
    """A pip that takes a second and says when it begins and ends: two installs never overlap."""
    shutil.copytree(project, tmp_path, symlinks=True, dirs_exist_ok=True)
    (tmp_path / "requirements.txt").write_text("# changed\n", encoding="utf-8")
    (packages,) = (tmp_path / ".venv").glob("[Ll]ib/**/site-packages")
    (packages / "pip").mkdir()
    (packages / "pip" / "__main__.py").write_text(
        "import pathlib, time\n"
        "with open('said', 'a') as said: print('begin', file=said)\n"
        "time.sleep(1)\n"
        "with open('said', 'a') as said: print('end', file=said)\n"
    )
    (packages / "pip" / "__init__.py").touch()
    both = [subprocess.Popen([sys.executable, "start.py", "install"], cwd=tmp_path) for _ in range(2)]
    assert [one.wait(30) for one in both] == [0, 0]
    assert (tmp_path / "said").read_text().split() == ["begin", "end"]  # the second finds it installed


def shake_hands(port: int, host: str) -> int:
    """The status that opening the page's WebSocket gets, as a browser asks that was led here by the name `host`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/_stcore/stream", headers={
        "Host": f"{host}:{port}", "Origin": f"http://{host}:{port}", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
    })  # fmt: skip
    with contextlib.closing(connection):
        return connection.getresponse().status


def test_a_strangers_name_for_this_machine_cannot_drive_the_app(running: Running) -> None:
    """DNS rebinding: a web site lets its own name point here, so that its scripts count as ours."""
    port = urlsplit(running.address).port or 0
    assert {name: shake_hands(port, name) for name in ("localhost", "127.0.0.1", "shop.example")} == {
        "localhost": 101, "127.0.0.1": 101, "shop.example": 403,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "named"), [(["--address", "0.0.0.0"], ""), ([], "overlap.example shop.example")], ids=["open", "named"]
)
def test_other_names_are_let_in_where_the_network_is_or_where_they_are_named(
    project: Path, options: list[str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named:
        monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", named)
    started = Running(project, *options)
    try:
        port = urlsplit(started.address).port or 0
        assert (shake_hands(port, "shop.example"), shake_hands(port, "localhost")) == (101, 101)
    finally:
        started.end()


def test_the_folders_reach_the_app(project: Path, tmp_path: Path) -> None:
    (tmp_path / "photos of mine").mkdir()
    (tmp_path / "more").mkdir()
    started = Running(project, "--folders", str(tmp_path / "photos of mine"), str(tmp_path / "more"))
    try:
        given = started.app.environ()["OVERLAP_FOLDERS"]
    finally:
        started.end()
    assert [Path(path).name for path in given.split(os.pathsep)] == ["photos of mine", "more"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--folders", "no-such-folder"], r"no-such-folder is not a folder: correct --folders\."),
        (["--port", "99999"], r"99999 is no port: give one from 1 to 65535\."),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_in_a_sentence(project: Path, options: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "start.py", *options], cwd=project, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.search(said, done.stderr)
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_refused_when_named_and_passed_over_when_not(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "start.py", "--port", str(port)]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True)
        assert done.returncode == 1
        assert f"Port {port} is in use" in done.stderr
        assert not is_free("127.0.0.1", port)
    assert is_free("127.0.0.1", port)


@pytest.mark.parametrize("by", ["variable", "file"])
def test_a_port_of_streamlits_own_settings_is_taken_or_refused_by_its_name(
    project: Path, tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(project, tmp_path / "app", symlinks=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        if by == "variable":
            monkeypatch.setenv("STREAMLIT_SERVER_PORT", str(port))
        else:
            (tmp_path / "app" / ".streamlit").mkdir()
            text = f'[server]\nport = {port}\nbaseUrlPath = "/lab/"\n'
            (tmp_path / "app" / ".streamlit" / "config.toml").write_text(text)
        done = subprocess.run([sys.executable, "start.py"], cwd=tmp_path / "app", capture_output=True, text=True)
    named = "STREAMLIT_SERVER_PORT" if by == "variable" else "server.port in "
    assert done.returncode == 1
    assert f"Port {port} (asked for by {named}" in done.stderr
    started = Running(tmp_path / "app")
    started.end()
    assert started.address == f"http://localhost:{port}" + ("/lab" if by == "file" else "")


def test_an_app_that_ends_by_itself_is_an_error(project: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(project, broken, symlinks=True)
    (broken / "app.py").unlink()
    done = subprocess.run([sys.executable, "start.py"], cwd=broken, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The app ended by itself" in done.stderr


def test_installing_brings_the_command_to_any_folder(project: Path, tmp_path: Path) -> None:
    """Also where the path holds blanks and letters that are not ASCII."""
    checkout = tmp_path / "Übung für zwei"
    shutil.copytree(project, checkout, symlinks=True)
    shutil.copy(ROOT / "overlap_command.py", checkout)
    subprocess.run([sys.executable, "start.py", "install"], cwd=checkout, check=True)
    (command,) = (checkout / ".venv").glob("[Bb]in/overlap" if os.name != "nt" else "Scripts/overlap.cmd")
    (tmp_path / "engine").mkdir()
    said = subprocess.run([command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.startswith("overlap, version ")


@pytest.mark.stress
def test_a_virtual_environment_whose_python_is_gone_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("PYTHON", "VENV"):
        monkeypatch.setattr(start, name, tmp_path / getattr(start, name).relative_to(start.ROOT))
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.symlink_to(tmp_path / "a-python-that-was-removed")
    assert not start._venv_works()
    start._make_venv(dev=False)
    assert start._venv_works()
    assert "Making a virtual environment" in capsys.readouterr().out


def test_only_a_lock_that_changed_is_installed_again(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lock that names a package which no index has: installing it fails, so one sees whether it was tried."""
    for name in ("VENV", "PYTHON", "STAMP"):
        monkeypatch.setattr(start, name, project / getattr(start, name).relative_to(start.ROOT))
    monkeypatch.setattr(start, "ROOT", project)
    start.install()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(start, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("./no-such-package\n", encoding="utf-8")
    with pytest.raises(start.Stop, match="The packages could not be installed"):
        start.install()


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.argv = ['start.py', '--help']; import start\n"
        "from engine.cli.serving import server; server.Turn('a', 'b').end(); start.main()"
    )
    done = subprocess.run([sys.executable, "-S", "-E", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--folders" in done.stdout
