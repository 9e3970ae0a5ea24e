"""A value's fingerprint: the same in every process that has an equal value, so that executors can be compared.

It is made of the value's JSON text, where there is one. Else it is made of its pickle without back references, because
those depend on which parts are shared. Sets, whose order differs from process to process, and values that contain
themselves are walked through part by part. Standard library only.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from engine.protocol.pickling import dump, without_memo

encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_SETS = (pickle.EMPTY_SET, pickle.FROZENSET)
_NAMED = (type, FunctionType, BuiltinFunctionType, ModuleType)


def fingerprint(value: Any) -> str:
    """16 hexadecimal digits (64 bits of BLAKE2b).

    Raises engine.protocol.pickling.Unpicklable for what cannot be sent.
    """
    try:
        data = encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        data = _pickle(value)
    return blake2b(data, digest_size=8).hexdigest()


def _pickle(value: Any) -> bytes:
    try:
        data = without_memo(value)
    except Exception:
        dump(value)  # says what cannot be sent; what contains itself passes
        return _walk(value, ())
    return _walk(value, ()) if any(mark in data for mark in _SETS) else data


def _walk(value: Any, above: tuple[int, ...]) -> bytes:
    """A digest of the value's type and parts."""
    kind = type(value)
    if id(value) in above:
        return b"itself, %d above" % (len(above) - above.index(id(value)))
    inside = (*above, id(value))
    name = f"{kind.__module__}.{kind.__qualname__}".encode()
    parts = _PARTS.get(kind, _reduced)(value, lambda part: _walk(part, inside))
    return blake2b(b"\0".join([name, *(blake2b(part, digest_size=16).digest() for part in parts)])).digest()


Digest = Callable[[Any], bytes]


def _items(value: Any, digest: Digest) -> list[bytes]:
    return [digest(part) for part in value]


def _reduced(value: Any, digest: Digest) -> list[bytes]:
    """The parts of any other object, as pickling takes it apart."""
    if isinstance(value, BuiltinFunctionType) and not isinstance(value.__self__, (ModuleType, type(None))):
        return [value.__name__.encode(), digest(value.__self__)]  # "a".upper is not "b".upper
    if isinstance(value, _NAMED):
        return [f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value.__name__)}".encode()]
    if isinstance(value, MethodType):
        return [digest(value.__func__), digest(value.__self__)]
    try:
        taken = value.__reduce_ex__(4)
    except Exception:  # cloudpickle can send more than pickle can take apart: then its type must do
        return []
    if isinstance(taken, str):
        return [taken.encode()]
    make, arguments, *rest = taken
    return [digest(make), *_items(arguments, digest), *(digest(list(part) if hasattr(part, "__next__") else part)
                                                        for part in rest)]


_PARTS: dict[type, Callable[[Any, Digest], list[bytes]]] = {
    **dict.fromkeys((bool, int, float, complex, str, type(None)), lambda value, _: [repr(value).encode()]),
    bytes: lambda value, _: [value],
    **dict.fromkeys((list, tuple), _items),
    **dict.fromkeys((set, frozenset), lambda value, digest: sorted(_items(value, digest))),
    dict: lambda value, digest: [part for pair in value.items() for part in _items(pair, digest)],
}
