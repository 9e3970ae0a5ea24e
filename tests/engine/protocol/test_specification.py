"""The specification of a trial arrives as it was written, also in a Python that has only its standard library."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

from engine.model import Configuration
from engine.protocol.specification import Specification, decode

pytestmark = pytest.mark.heart
ROOT = Path(__file__).parents[3]
LEAST = Specification(
    parent=4711, workload="compute", configuration=Configuration("threads", 2), folder="/runs/1",
    outputs="/runs/1/outputs", board="/runs/1/0/board", tasks="/runs/1/tasks.jsonl", umask=0o077, stores=True,
)  # fmt: skip
FULL = replace(
    LEAST,
    configuration=Configuration(
        "processes", 4, start_method="spawn", chunk=32, python="/opt/bin/python", environment=("OMP_NUM_THREADS=1",),
        held=True,
    ),
    folder="/runs/Größe 1",
    umask=0o022,
    stores=False,
    options={"amount": 3, "search_path": ["/home/a"], "nested": {"x": [1, None, True]}},
    settings={"host_parallel": 4},
    secrets=("OVERLAP_DATABASE_URL",),
    only={0: 0, 7: 2},
    suspects={12: 1},
    time_limit_s=2.5,
)  # fmt: skip


@pytest.mark.parametrize("specification", [LEAST, FULL], ids=["least", "full"])
def test_what_is_read_is_what_was_written(specification: Specification) -> None:
    assert decode(specification.encode()) == specification


@pytest.mark.parametrize("name", [one.name for one in fields(Specification)])
def test_every_field_travels_under_its_own_name(name: str) -> None:
    written = json.loads(FULL.encode())
    assert set(written) == {one.name for one in fields(Specification)}
    other = decode(json.dumps({**json.loads(LEAST.encode()), name: written[name]}))
    assert getattr(other, name) == getattr(FULL, name)


def test_task_numbers_are_numbers_again() -> None:
    found = decode(FULL.encode())
    assert found.only is not None and list(found.only) == [0, 7] and list(found.suspects) == [12]


def test_all_tasks_and_no_task_are_told_apart() -> None:
    assert decode(replace(LEAST, only=None).encode()).only is None
    assert decode(replace(LEAST, only={}).encode()).only == {}


def test_a_reader_of_an_older_text_takes_what_is_missing_as_the_default() -> None:
    written = json.loads(LEAST.encode())
    for name in ("options", "settings", "secrets", "only", "suspects", "time_limit_s"):
        del written[name]
    assert decode(json.dumps(written)) == LEAST


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", '{"parent": 1}', "not JSON"])
def test_what_is_no_specification_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)


@pytest.mark.parametrize(
    ("name", "value"), [("unknown", 1), ("configuration", 7), ("only", [1]), ("suspects", {"one": 1})]
)
def test_a_field_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError):
        decode(json.dumps({**json.loads(LEAST.encode()), name: value}))


def test_nobody_changes_a_specification_on_its_way() -> None:
    with pytest.raises(FrozenInstanceError):
        LEAST.stores = False  # type: ignore[misc]


def test_its_size_is_that_of_its_tasks() -> None:
    assert len(LEAST.encode()) < 1_000
    many = replace(LEAST, only=dict.fromkeys(range(100_000), 0)).encode()
    assert len(many) < 100_000 * 12 + 1_000


def test_a_bare_python_reads_it(tmp_path: Path) -> None:
    """-I -S: no packages, no PYTHONPATH, so that only the standard library and this engine are there."""
    (tmp_path / "trial.json").write_text(FULL.encode(), encoding="utf-8")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from engine.protocol.specification import decode\n"
        "print(decode(open(sys.argv[2], encoding='utf-8').read()).configuration.label)"
    )
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", code, str(ROOT), str(tmp_path / "trial.json")]
    said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    assert said.strip() == FULL.configuration.label


def test_texts_arrive_whatever_characters_they_hold() -> None:
    odd = replace(LEAST, folder="/runs/\udcff é\n\u2028", options={"title": "\x00 🙂", "🙂": [1.5, -0.0]})
    assert decode(odd.encode()) == odd
