"""The run's table as Parquet, where pyarrow is installed. Sits beside `tables`, whose rows it writes."""

from __future__ import annotations

import json
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from engine.errors import NotAvailable
from engine.model import Run
from engine.report.tables import header, rows
from engine.store import Store

_WHOLE = {
    "task", "trial", "workers", "repeat", "worker", "attempts", "width", "height", "bytes", "source_width",
    "source_height", "source_bytes",
}  # fmt: skip
_NINE_PLACES, _DIGITS = Decimal("1e-9"), Context(prec=38)
"""As the column holds them; Python's own context has ten digits less."""
_DECIMAL = {"price", "list_price", "member_price"}
_REAL = {"time_s", "waited_s", "started_s", "finished_s", "cpu_s", "confidence"}


def parquet_bytes(store: Store, run: Run) -> bytes:
    """The table as Parquet: prices exact (decimal with 9 places), times in seconds as doubles.

    Raises NotAvailable, saying how to get it, where pyarrow is missing.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise NotAvailable(
            "Parquet needs the package pyarrow, which is not installed here: "
            "install it with `pip install pyarrow`, or take the CSV."
        ) from None
    kinds = {
        **dict.fromkeys(_WHOLE, (pyarrow.int64(), _as_whole)),
        **dict.fromkeys(_REAL, (pyarrow.float64(), _as_real)),
        **dict.fromkeys(_DECIMAL, (pyarrow.decimal128(38, 9), _as_decimal)),
        "doubtful": (pyarrow.bool_(), lambda value: value if isinstance(value, bool) else None),
    }
    names = header(run)
    columns = list(zip(*rows(store, run), strict=True)) or [()] * len(names)
    arrays = []
    for name, values in zip(names, columns, strict=True):
        kind, convert = kinds.get(name, (pyarrow.string(), _as_text))
        arrays.append(pyarrow.array([None if value is None else convert(value) for value in values], kind))
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, names=list(names)), sink)
    return bytes(sink.getvalue())


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
