"""A user's function is looked at in a process of its own, and whatever its module does, a sentence comes of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.errors import SettingRefused
from engine.runs.function_check import look_at_function

MODULES = {
    "fine": "def plain(x): return x\nasync def waits(x): return x\nclass K:\n @staticmethod\n def m(x): return x\n",
    "noisy": "import sys\nprint('hello')\nsys.stdout.write('{}')\ndef plain(x): return x\n",
    "broken": "def plain(x:\n",
    "raises": "1 / 0\n",
    "leaves": "import sys\nsys.exit(3)\n",
    "vanishes": "import os\nos._exit(7)\n",
    "needs": "import no_such_package_anywhere\n",
    "hangs": "while True: pass\n",
    "odd": "raise ValueError('\\ud800 \\x00')\n",
    "data": "plain = 3\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder of modules, good and bad."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("name", "is_async"), [("fine:plain", False), ("fine:waits", True), ("fine:K.m", False), ("noisy:plain", False)]
)
def test_what_can_be_called_is_found_whatever_it_prints(name: str, is_async: bool, folder: str) -> None:
    assert look_at_function(name, None, [folder]).is_async is is_async


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere:plain", "There is no module 'nowhere' where Python looks"),
        ("fine:nothing", "The module 'fine' has no 'nothing'"),
        ("data:plain", "'plain' of the module 'data' is no function"),
        ("broken:plain", "'broken' cannot be imported: SyntaxError"),
        ("raises:plain", "'raises' cannot be imported: ZeroDivisionError: division by zero"),
        ("leaves:plain", "'leaves' cannot be imported: SystemExit: 3"),
        ("needs:plain", "'needs' cannot be imported: ModuleNotFoundError: No module named 'no_such_package_anywhere'"),
        ("vanishes:plain", "ended with code 7"),
        ("odd:plain", "'odd' cannot be imported: ValueError"),
        ("plain", "names no function: write it as package.module:function"),
        ("fine:a b", "names no function"),
        ("fine:plain; import os", "names no function"),
    ],
)
def test_what_cannot_be_called_is_told_in_a_sentence(name: str, said: str, folder: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        look_at_function(name, None, [folder])
    assert said in str(refused.value)


def test_a_set_up_is_looked_at_too(folder: str) -> None:
    with pytest.raises(SettingRefused, match="has no 'prepare'"):
        look_at_function("fine:plain", "fine:prepare", [folder])


def test_a_module_that_never_comes_to_an_end_is_ended(folder: str) -> None:
    began_s = time.perf_counter()
    with pytest.raises(SettingRefused, match=r"was not imported within 0\.5 s"):
        look_at_function("hangs:plain", None, [folder], limit_s=0.5)
    assert time.perf_counter() - began_s < 5
