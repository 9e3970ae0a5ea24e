"""The run's table as Parquet, where pyarrow is installed. Sits beside `tables`, whose rows it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation
from importlib.util import find_spec
from itertools import chain, islice
from tempfile import TemporaryFile, gettempdir
from typing import Any

from engine.errors import InputRefused, NotAvailable
from engine.model import Run
from engine.report.tables import header, rows
from engine.store import Store

GROUP, _PIECE = 50_000, 1_000_000
"""Rows that are written together; bytes of a piece of the file."""
_WHOLE = {
    "task", "trial", "workers", "repeat", "worker", "attempts", "width", "height", "bytes", "source_width",
    "source_height", "source_bytes",
}  # fmt: skip
_NINE_PLACES, _DIGITS = Decimal("1e-9"), Context(prec=38)
"""As the column holds them; Python's own context has ten digits less."""
_DECIMAL = {"price", "list_price", "member_price"}
_REAL = {"time_s", "waited_s", "started_s", "finished_s", "cpu_s", "confidence"}


def parquet_chunks(store: Store, run: Run) -> Iterator[bytes]:
    """The table as Parquet, made in a temporary file: prices exact (decimal with 9 places), times in seconds as
    doubles.

    Raises NotAvailable, saying how to get it, where pyarrow is missing, and InputRefused where the disk is full.
    """
    if find_spec("pyarrow") is None:
        raise NotAvailable(
            "Parquet needs the package pyarrow, which is not installed here: "
            "install it with `pip install pyarrow`, or take the CSV."
        )
    pieces = _pieces(store, run)
    try:  # the file is whole before its first piece is sent: a disk that is full is said instead
        first = next(pieces, b"")
    except OSError as error:
        raise InputRefused(
            f"The table cannot be written to {gettempdir()} ({error.strerror}): free some space there, or take the CSV."
        ) from None
    return chain([first], pieces)


def _pieces(store: Store, run: Run) -> Iterator[bytes]:
    import pyarrow
    import pyarrow.parquet

    kinds = {
        **dict.fromkeys(_WHOLE, (pyarrow.int64(), _as_whole)),
        **dict.fromkeys(_REAL, (pyarrow.float64(), _as_real)),
        **dict.fromkeys(_DECIMAL, (pyarrow.decimal128(38, 9), _as_decimal)),
        "doubtful": (pyarrow.bool_(), lambda value: value if isinstance(value, bool) else None),
    }
    names = header(run)
    known = [kinds.get(name, (pyarrow.string(), _as_text)) for name in names]
    schema = pyarrow.schema([(name, kind) for name, (kind, _) in zip(names, known, strict=True)])
    with TemporaryFile(prefix="overlap-") as file:
        with pyarrow.parquet.ParquetWriter(file, schema) as writer:
            found = rows(store, run)
            while some := list(islice(found, GROUP)):
                arrays = [
                    pyarrow.array([None if value is None else convert(value) for value in values], kind)
                    for values, (kind, convert) in zip(zip(*some, strict=True), known, strict=True)
                ]
                writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


# A record may come from an imported file or a user's own function: a value of another type becomes null.


def _as_whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int) and abs(value) < 2**63 else None


def _as_real(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float)) else None
    except OverflowError:
        return None


def _as_decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
        fits = number.is_finite() and abs(number) < Decimal(10) ** 28
        return number.quantize(_NINE_PLACES, context=_DIGITS) if fits else None
    except InvalidOperation:
        return None


def _as_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", errors="replace").decode()
