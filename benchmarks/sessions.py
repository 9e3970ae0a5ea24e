"""What browsers at once cost the server: its memory before, with N sessions on each page, and after they have left.

    python benchmarks/sessions.py [SESSIONS]        20 by default

Each session is a page's connection as a browser opens it, that has Home, Scrape and Resize drawn and then stays.
Prints megabytes (10^6 bytes) of resident memory. A server of its own is started on loopback and ended.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("", "scrape", "resize")
KEPT_S = 4
"""For how long the server keeps a session whose browser has gone."""
MOST_A_SESSION_MB = 4.0
MOST_LEFT_MB = 40.0


def main(sessions: int) -> int:
    """Measure, print, and say whether the marks were met."""
    with tempfile.TemporaryDirectory(prefix="overlap-sessions-") as folder:
        port = free_port()
        process = served(Path(folder), port)
        try:
            return measured(psutil.Process(process.pid), port, sessions)
        finally:
            process.terminate()
            process.wait()


def measured(server: psutil.Process, port: int, sessions: int) -> int:
    """The figures of one server."""
    print(f"{'started':<40}{held_mb(server):8.0f} MB")
    with opened(port) as first:
        draw_all(first)
        warm = held_mb(server)
        print(f"{'one session, every page drawn':<40}{warm:8.0f} MB")
    with ExitStack() as stack:
        began_s = time.perf_counter()
        all_at_once = [stack.enter_context(opened(port)) for _ in range(sessions)]
        with ThreadPoolExecutor(sessions) as pool:
            list(pool.map(draw_all, all_at_once))
        spent_s = time.perf_counter() - began_s
        full = held_mb(server)
        print(f"{f'{sessions} sessions, every page drawn':<40}{full:8.0f} MB   {spent_s:.1f} s")
    time.sleep(2 * KEPT_S + 3)
    left = held_mb(server)
    print(f"{'all gone':<40}{left:8.0f} MB")
    each, kept = (full - warm) / sessions, left - warm
    print(f"A session costs {each:.1f} MB (mark: {MOST_A_SESSION_MB:g}); {kept:.0f} MB stay (mark: {MOST_LEFT_MB:g}).")
    return int(each > MOST_A_SESSION_MB or kept > MOST_LEFT_MB)


def opened(port: int) -> ClientConnection:
    """A page's connection."""
    return connect(
        f"ws://127.0.0.1:{port}/_stcore/stream", origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        subprotocols=["streamlit"], max_size=None, proxy=None,  # type: ignore[list-item]
    )  # fmt: skip


def draw_all(session: ClientConnection) -> None:
    """Have every page drawn, one after the other."""
    for page in PAGES:
        draw(session, page)


def draw(session: ClientConnection, page: str) -> None:
    """Have a page drawn and wait for its end."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = ""
    session.send(asked.SerializeToString())
    while True:
        said = ForwardMsg()
        data = session.recv(timeout=60)
        assert isinstance(data, bytes)
        said.ParseFromString(data)
        if said.WhichOneof("type") == "script_finished":
            return


def held_mb(server: psutil.Process) -> float:
    """The server's resident memory."""
    return float(server.memory_info().rss) / 1e6


def served(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The app in a home of its own, once it answers."""
    own = {"OVERLAP_HOME": str(folder / "home"), "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT_S)}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return process
        except OSError:  # not up yet
            time.sleep(0.1)
    process.kill()
    raise SystemExit("The app did not answer within a minute.")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
