"""A real Dask cluster for tests: a scheduler and workers as people start them, each with a folder of its own as home.

None of them can import this engine: they run in other folders, and are told of nothing but the scheduler's address.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.engine.support import until

_START_S = 30.0


def certificates(folder: Path) -> dict[str, str]:
    """A certificate authority and one certificate of it, as PEM files: by the names of the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Test authority", authority_key, "Test authority", authority_key, is_authority=True)
    own = _certificate("Test cluster", key, "Test authority", authority_key, is_authority=False)
    files = {"dask_tls_ca": folder / "ca.pem", "dask_tls_cert": folder / "cert.pem", "dask_tls_key": folder / "key.pem"}
    files["dask_tls_ca"].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files["dask_tls_cert"].write_bytes(own.public_bytes(serialization.Encoding.PEM))
    files["dask_tls_key"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {name: str(path) for name, path in files.items()}


def _certificate(subject: str, key: Any, issuer: str, issuer_key: Any, is_authority: bool) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


class Cluster:
    """A scheduler and its workers, each a process of its own that `close` kills with all below it."""

    def __init__(self, folder: Path, tls: dict[str, str] | None = None, environment: dict[str, str] | None = None):
        self.folder, self.tls, self.environment = folder, tls, environment or {}
        self.workers: list[subprocess.Popen[bytes]] = []
        self._started: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--no-dashboard", "--host", "127.0.0.1", "--port", "0",
                                     "--scheduler-file", str(file))  # fmt: skip
        until(lambda: file.is_file() and b'"address"' in file.read_bytes(), _START_S)
        self.address: str = json.loads(file.read_text())["address"]

    def add_worker(
        self, threads: int = 1, nanny: bool = False, hidden: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a worker with so many threads, who does not see `hidden`, and wait until the scheduler knows it."""
        name = f"worker-{len(self.workers)}"
        worker = self._start(
            "worker", self.address, "--no-dashboard", "--host", "127.0.0.1", "--nthreads", str(threads),
            "--nanny" if nanny else "--no-nanny", "--memory-limit", "0", "--name", name,
            "--local-directory", str(self.folder / name), name=name, hidden=hidden, **environment,
        )  # fmt: skip
        self.workers.append(worker)
        log = self.folder / f"{name}.log"
        until(lambda: b"Registered to:" in log.read_bytes(), _START_S)
        return worker

    def settings(self) -> dict[str, str]:
        """What a server is told of this cluster."""
        return {"dask_address": self.address, **(self.tls or {})}

    def task_processes(self) -> list[psutil.Process]:
        """The processes in which tasks run now."""
        return [one for one in self.below() if "engine.executors.dask.child" in _command(one)]

    def below(self) -> list[psutil.Process]:
        """Every process that belongs to the cluster."""
        found = []
        for process in self._started:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(process.pid)
                found += [root, *root.children(recursive=True)]
        return found

    def close(self) -> None:
        """kill -9 of all of it."""
        for process in reversed(self.below()):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for started in self._started:
            started.wait()

    def _start(
        self, what: str, *arguments: str, name: str = "", hidden: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        own = self.folder / (name or what) / "here"
        own.mkdir(parents=True)
        files = self.tls or {}
        options = {"ca": "ca-file", "cert": "cert", "key": "key"}
        tls = [f"--tls-{option}={files[f'dask_tls_{kind}']}" for kind, option in options.items() if files]
        protocol = ["--protocol", "tls"] if files else []
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERLAP_", "PYTHONPATH"))}
        with open(self.folder / f"{name or what}.log", "wb") as log:
            process = subprocess.Popen(
                [*_without(hidden), sys.executable, "-m", "distributed.cli.dask_scheduler" if what == "scheduler"
                 else "distributed.cli.dask_worker", *arguments, *tls, *protocol],
                env={**kept, "HOME": str(own), "PYTHONWARNINGS": "ignore", **self.environment, **environment},
                cwd=own, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._started.append(process)
        return process


def _without(hidden: Path | None) -> list[str]:
    """What starts a command that sees an empty folder in place of this one; needs root on Linux."""
    if hidden is None:
        return []
    return ["unshare", "-m", "sh", "-c", f'mount -t tmpfs none "{hidden}" && exec "$@"', "sh"]


def can_hide() -> bool:
    """Whether this system lets us start a process that does not see a folder."""
    tried = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    return sys.platform == "linux" and subprocess.run(tried, capture_output=True).returncode == 0


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
