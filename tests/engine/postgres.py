"""A real Postgres for the tests: Debian's, started on a socket of its own, gone with the tests however they end."""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_USERS = ("postgres", "nobody")
"""Postgres refuses to be run by root: it is then run by the first of these that there is."""
_SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
    "listen_addresses": "", "shared_buffers": "32MB", "autovacuum": "off", "log_min_messages": "fatal",
}  # fmt: skip
READY = "overlap_ready"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server: the folder of its socket, and its process."""

    folder: Path
    process: subprocess.Popen[bytes]

    def address(self, name: str) -> str:
        """The address of one of its databases, as OVERLAP_DATABASE_URL takes it."""
        return f"postgresql+psycopg://overlap@/{name}?host={self.folder}"

    def execute(self, statement: str, name: str = "postgres") -> None:
        """Run a statement that is a transaction of its own."""
        import psycopg

        with psycopg.connect(f"host={self.folder} dbname={name} user=overlap", autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template0") -> str:
        """A new database, empty or like another one; its name."""
        name = f"t{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def programs() -> Path:
    """The folder of Postgres's programs. Skips the test where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    elsewhere = shutil.which("initdb")
    if not found and not elsewhere:
        pytest.skip("Postgres is not installed: apt-get install postgresql, or start.py install --dev.")
    return found[-1].parent if found else Path(str(elsewhere)).parent


@contextmanager
def running() -> Iterator[Postgres]:
    """A server with a user called overlap, who may do everything; skips where there is none."""
    bin_ = programs()
    pytest.importorskip("psycopg", reason="The package psycopg is not installed.")
    folder = Path(tempfile.mkdtemp(prefix="overlap-pg-", dir="/tmp"))  # a socket's path must be short
    user = _user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    make = [str(bin_ / "initdb"), "-D", str(folder / "data"), "-U", "overlap", "-A", "trust", "--no-sync",
            "--no-instructions", "-E", "UTF8", "--locale=C"]  # fmt: skip
    try:
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        serve = [str(bin_ / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
        log = open(folder / "log.txt", "wb")  # noqa: SIM115 - the server's
        process = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder, preexec_fn=_die_with_parent, **as_user)  # type: ignore[call-overload]
        log.close()
        try:
            yield _answering(Postgres(folder, process))
        finally:
            process.send_signal(signal.SIGINT)  # fast: whoever is connected is sent away
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("Postgres is not run by root, and there is no user postgres or nobody.")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG, after the change of user, which clears it


def _answering(server: Postgres) -> Postgres:
    import psycopg

    deadline = time.monotonic() + 20
    while True:
        try:
            server.execute("SELECT 1")
            return server
        except psycopg.OperationalError:
            assert server.process.poll() is None, (server.folder / "log.txt").read_text()
            assert time.monotonic() < deadline, "Postgres did not start"
            time.sleep(0.05)
