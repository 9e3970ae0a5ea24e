"""Who passes although private: the owner's list, and demo shops for as long as they live."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import SettingRefused
from engine.workloads.web.addresses import allowed
from engine.workloads.web.addresses.allowed import Allowed, register_shop, shop_addresses

SHOP = """
import sys, time
from pathlib import Path
from engine.workloads.web.addresses.allowed import register_shop
with register_shop(Path(sys.argv[1]), "127.0.0.1", 8123):
    print("open", flush=True)
    time.sleep(60)
"""


def test_a_shop_passes_while_it_serves(tmp_path: Path) -> None:
    with register_shop(tmp_path, "127.0.0.1", 8001), register_shop(tmp_path, "127.0.0.1", 8002):
        assert shop_addresses(tmp_path) == {("127.0.0.1", 8001), ("127.0.0.1", 8002)}
    assert shop_addresses(tmp_path) == set()
    assert list((tmp_path / "shops").iterdir()) == []


def test_a_shop_that_was_killed_is_forgotten_and_its_files_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SHOP, str(tmp_path)], stdout=subprocess.PIPE, text=True) as shop:
        assert shop.stdout is not None and shop.stdout.readline() == "open\n"
        assert shop_addresses(tmp_path) == {("127.0.0.1", 8123)}
        os.kill(shop.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    assert shop_addresses(tmp_path) == set()
    assert list((tmp_path / "shops").iterdir()) == []


def test_an_entry_without_a_lock_lets_nobody_pass(tmp_path: Path) -> None:
    (tmp_path / "shops").mkdir()
    (tmp_path / "shops" / "forged.json").write_text('{"host": "127.0.0.1", "port": 22}')
    assert shop_addresses(tmp_path) == set()


def test_exactly_the_pair_of_host_and_port_passes(tmp_path: Path) -> None:
    with register_shop(tmp_path, "127.0.0.1", 8001):
        known = Allowed(Settings(home=tmp_path))
        assert known.host("127.0.0.1", 8001) and known.shop("127.0.0.1", 8001)
        assert not any(known.host(*pair) for pair in [("127.0.0.1", 8002), ("localhost", 8001), ("::1", 8001)])


def test_a_shop_that_opens_later_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowed, "REFRESH_S", 0.05)
    known = Allowed(Settings(home=tmp_path))
    assert not known.shop("127.0.0.1", 8001)
    with register_shop(tmp_path, "127.0.0.1", 8001):
        time.sleep(0.1)
        assert known.shop("127.0.0.1", 8001)


@pytest.mark.parametrize(
    ("entry", "passes", "refused"),
    [
        ("intranet.example", [("intranet.example", 80), ("intranet.example", 8080)], [("other.example", 80)]),
        ("Intranet.Example:8080", [("intranet.example", 8080)], [("intranet.example", 80)]),
        ("10.1.2.3", [("10.1.2.3", 80), ("10.1.2.3", 9000)], [("10.1.2.4", 80)]),
        ("10.1.2.3:80", [("10.1.2.3", 80)], [("10.1.2.3", 81)]),
        ("::1", [("::1", 80)], [("::2", 80)]),
        ("[::1]:8080", [("::1", 8080)], [("::1", 80)]),
        ("[::1]", [("::1", 81)], [("127.0.0.1", 81)]),
    ],
)
def test_the_owners_list_takes_names_addresses_and_ports(
    tmp_path: Path, entry: str, passes: list[tuple[str, int]], refused: list[tuple[str, int]]
) -> None:
    known = Allowed(Settings(home=tmp_path, allowed_hosts=(entry,)))
    assert all(known.host(*pair) for pair in passes)
    assert not any(known.host(*pair) for pair in refused)


def test_an_entry_that_is_no_host_is_refused_with_its_text(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="OVERLAP_ALLOWED_HOSTS holds 'a b'"):
        Allowed(Settings(home=tmp_path, allowed_hosts=("a b",)))
