"""The functions of the cases: small, and of the kind that people ask about when concurrency made them slower."""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path
from typing import Any

_LOCK = threading.Lock()
_TEXT = ("the quick brown fox, 2026-11-29, jumps over 3.14 lazy dogs; " * 400)
_PATTERN = re.compile(r"(\w+)\W+(?:\d{4}-\d\d-\d\d|\w+\s)+?(\d+\.\d+)")
_DATABASE = Path(tempfile.gettempdir()) / "overlap-cases.sqlite"


def root_of_square(number: int) -> float:
    """Some tenths of a microsecond."""
    return math.sqrt(number**2)


def large_result(number: int) -> list[int]:
    """A list of some megabytes: quick to make, slow to send."""
    return list(range(number, number + 300_000))


def large_argument(data: bytes) -> int:
    """A checksum of some megabytes, which are slower to send than to read."""
    return zlib.crc32(data)


def pure_python(number: int) -> int:
    """Arithmetic in the interpreter."""
    total = 0
    for step in range(250_000):
        total += step * number & 7
    return total


def regex(number: int) -> int:
    """`re` holds the GIL while it searches."""
    return sum(len(_PATTERN.findall(_TEXT)) for _ in range(3)) + number


def hash_and_pack(number: int) -> str:
    """hashlib and zlib let go of the GIL for large inputs."""
    data = number.to_bytes(4, "big") * 400_000
    return hashlib.sha256(zlib.compress(data, 6)).hexdigest() + hashlib.blake2b(data * 4).hexdigest()


def matrix_product(number: int) -> float:
    """numpy's BLAS, which uses all CPUs by itself."""
    import numpy

    square = numpy.full((700, 700), number + 1.0)
    return float((square @ square)[0, 0])


def locked_sleep(number: int) -> int:
    """A lock held while waiting: as many threads as one likes wait for each other."""
    with _LOCK:
        time.sleep(0.01)
    return number


def prepare_database() -> None:
    """The table that `write_row` writes into."""
    with sqlite3.connect(_DATABASE, timeout=30) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS rows (number INTEGER)")
    connection.close()


def write_row(number: int) -> int:
    """Twenty transactions of one row each: SQLite lets one writer in at a time."""
    connection = sqlite3.connect(_DATABASE, timeout=30, isolation_level=None)
    for _ in range(20):
        connection.execute("INSERT INTO rows VALUES (?)", (number,))
    connection.close()
    return number


def short_after_import(number: int) -> int:
    """Little work in a worker that has to import much first."""
    return pure_python(number)


def import_much() -> None:
    """What the workers of `short_after_import` import."""
    import numpy
    import pandas

    assert numpy and pandas


def run_program(number: int) -> int:
    """Another Python, which does the work; this one waits."""
    code = f"print(sum(step * {number} & 7 for step in range(100_000)))"
    return int(subprocess.run([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE, check=True).stdout)


def nap(number: int) -> int:
    """Waiting, of which any number fit side by side."""
    time.sleep(0.02)
    return number


def payload(number: int) -> Any:
    """The argument of `large_argument`."""
    return number.to_bytes(2, "big") * 4_000_000
