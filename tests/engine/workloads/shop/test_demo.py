"""The shops' child process: ready soon, closed at once, and never left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from engine.errors import NotAvailable
from engine.workloads.shop.catalogue import product_paths
from engine.workloads.shop.demo import DemoShops

OWNER = """
import sys, threading, time
from pathlib import Path
from engine.workloads.shop.demo import DemoShops

def own():
    shops = DemoShops(Path(sys.argv[1]))
    if sys.argv[3] == "serving":
        shops.base_url
    print(shops.pid, flush=True)
    time.sleep(60)

if sys.argv[2] == "main":
    own()
else:
    thread = threading.Thread(target=own)
    thread.start()
    thread.join()
"""


def gone(pid: int, within_s: float) -> bool:
    """Whether a process ends in time; one that nobody has reaped yet has ended too."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_threads_that_ask_for_the_address_at_once_get_the_same(tmp_path: Path) -> None:
    with DemoShops(tmp_path) as shops, ThreadPoolExecutor(16) as pool:
        addresses = set(pool.map(lambda _: shops.base_url, range(64)))
    assert len(addresses) == 1 and addresses.pop().startswith("http://127.0.0.1:")


def test_serves_as_soon_as_its_address_is_known_and_is_gone_once_closed(tmp_path: Path) -> None:
    with DemoShops(tmp_path) as shops:
        pid = shops.pid
        assert requests.get(shops.base_url + product_paths()[0], timeout=20).ok
    assert gone(pid, 0.1)
    with pytest.raises(requests.ConnectionError):
        requests.get(shops.base_url, timeout=5)
    shops.close()


def test_closing_does_not_wait_for_a_slow_answer(tmp_path: Path) -> None:
    shops = DemoShops(tmp_path)
    slow = subprocess.Popen([sys.executable, "-c", (
        "import sys, urllib.request, urllib.error, http.client\n"
        "try: urllib.request.urlopen(sys.argv[1])\n"
        "except (OSError, http.client.HTTPException): sys.exit(7)"
    ), shops.base_url + "/alpenkontor/p/ostara-air-purifier"])
    time.sleep(0.7)
    before = time.perf_counter()
    shops.close()
    assert time.perf_counter() - before < 1.5
    assert slow.wait(10) == 7


@pytest.mark.parametrize(("thread", "moment"), [("main", "serving"), ("other", "serving"), ("other", "starting")])
def test_nothing_is_left_two_seconds_after_kill_9_of_its_owner(thread: str, moment: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path), thread, moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert psutil.pid_exists(pid)
        owner.kill()
        assert gone(pid, 2.0)


def test_two_sets_of_shops_do_not_disturb_each_other(tmp_path: Path) -> None:
    with DemoShops(tmp_path) as one, DemoShops(tmp_path) as other:
        assert one.base_url != other.base_url
        one.close()
        assert requests.get(other.base_url + product_paths()[0], timeout=20).ok


def test_shops_that_cannot_start_are_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("a file where the home folder should be")
    with DemoShops(home) as shops, pytest.raises(NotAvailable, match="did not start"):
        _ = shops.base_url
