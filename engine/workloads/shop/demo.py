"""The demo shops in a child process, for as long as a run needs them.

Used by the orchestrator of a run, which then fills their address in (`engine.workloads.shop.addresses`).
Imports nothing heavy: the server's packages load in the child.
"""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import urlsplit

from engine.errors import NotAvailable
from engine.machine import child
from engine.workloads.shop.addresses import demo_urls, fill_in, is_demo
from engine.workloads.shop.catalogue import product_paths

__all__ = ["DemoShops", "demo_urls", "fill_in", "is_demo"]

READY_S = 60.0
"""How long the child may take until it serves: half a second, and many times that on a machine that is busy."""
GRACE_S = 2.0


class DemoShops:
    """The demo shops in a child process; a context manager. `base_url` waits until they serve.

    The child ends when it is closed and when this process ends, however that happens.
    """

    def __init__(self, home: Path) -> None:
        command = ["-m", "engine.workloads.shop", "--port", "0", "--home", str(home), "--until-stdin-closes"]
        if threading.current_thread() is threading.main_thread():
            command += ["--parent", str(os.getpid())]
        self._process = child.start(command)
        self._asking = threading.Lock()
        self._base_url: str | None = None

    @property
    def base_url(self) -> str:
        """Scheme, host and port, once the child serves. Raises NotAvailable when it does not."""
        with self._asking:  # the lines of a pipe have one reader
            if self._base_url is None:
                self._base_url = self._wait()
            return self._base_url

    @property
    def told(self) -> str:
        """What the tasks are told: `base_url`."""
        return self.base_url

    @property
    def pid(self) -> int:
        """The child's process number."""
        return self._process.pid

    def close(self) -> None:
        """Ends the child, by asking and after two seconds by force. A second call does nothing."""
        _pipe(self._process.stdin).close()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def __enter__(self) -> DemoShops:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self) -> str:
        """The base address, from the first of the lines that the child prints when it is ready."""
        killer = threading.Timer(READY_S, self._process.kill)
        killer.start()
        try:
            lines = [_pipe(self._process.stdout).readline() for _ in product_paths()]
        finally:
            killer.cancel()
        if not lines[-1]:
            self.close()
            raise NotAvailable(
                f"The demo shops did not start (exit code {self._process.returncode}): "
                "run `python -m engine shop` to see why."
            )
        first = urlsplit(lines[0].decode())
        return f"{first.scheme}://{first.netloc}"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that Popen was asked to open."""
    assert stream is not None
    return stream
