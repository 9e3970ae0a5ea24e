"""How values travel between processes: as pickles, as they would in a user's own program.

cloudpickle is used only where pickle cannot do it: for what other processes cannot import, such as a notebook's
functions. What neither can send is refused with its place inside the value. Standard library only, but for cloudpickle.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import io
import pickle
from collections.abc import Iterator, Mapping
from types import MethodType
from typing import Any

from engine.model import Pickled

ATOMS = (bool, int, float, str, bytes, type(None))
"""Exact types that every pickle can hold; they travel as they are, so that none is pickled twice."""
_DEEPEST = 12
_FAULTS = (Exception, RecursionError)


class Unpicklable(ValueError):
    """A value that cannot be sent; the text says which part of it, and why."""


def packed(value: Any) -> Any:
    """The value itself where it is an atom, else `Pickled`. Raises Unpicklable with the place of the fault."""
    return value if type(value) in ATOMS else dump(value)


def unpacked(value: Any) -> Any:
    """The value behind `packed`."""
    return pickle.loads(value.data) if type(value) is Pickled else value


def dump(value: Any, name: str = "result") -> Pickled:
    """The value as a pickle. Raises Unpicklable; `name` is what its text calls the whole value."""
    try:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except _FAULTS as error:
        return _by_value(value, name, error)
    # A class or function of a script or notebook would be looked up in another process's __main__.
    return _by_value(value, name, None) if b"__main__" in data else Pickled(data)


def _by_value(value: Any, name: str, error: BaseException | None) -> Pickled:
    try:
        import cloudpickle  # type: ignore[import-untyped]
    except ImportError:
        if error is None:
            return Pickled(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        raise Unpicklable(_fault(value, name, error)) from None
    try:
        return Pickled(cloudpickle.dumps(value), by_value=True)
    except _FAULTS as fault:
        raise Unpicklable(_fault(value, name, error or fault)) from None


def _fault(value: Any, name: str, error: BaseException) -> str:
    place, part, reason = _deepest(value, name, error)
    words = " ".join(str(reason).split())[:200] or type(reason).__name__
    return f"{place}, a {type(part).__qualname__}, cannot be pickled ({words})"


def _deepest(value: Any, place: str, error: BaseException, depth: int = 0) -> tuple[str, Any, BaseException]:
    """The innermost part that cannot be pickled either, by name."""
    if depth < _DEEPEST:
        for step, part in _parts(value):
            try:
                pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
            except _FAULTS as reason:
                return _deepest(part, place + step, reason, depth + 1)
    return place, value, error


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield f"[{key!r:.40}]", part
            yield f".keys({key!r:.40})", key
    elif isinstance(value, (list, tuple)):
        names = getattr(value, "_fields", None)
        yield from ((f".{names[at]}" if names else f"[{at}]", part) for at, part in enumerate(value))
    elif isinstance(value, (set, frozenset)):
        yield from ((f"{{{part!r:.40}}}", part) for part in value)
    elif isinstance(value, functools.partial):
        yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
    elif isinstance(value, MethodType):
        yield ".__self__", value.__self__
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f".{item.name}", getattr(value, item.name, None)) for item in dataclasses.fields(value))
    elif isinstance(own := getattr(value, "__dict__", None), dict) and not callable(value):
        yield from ((f".{key}", part) for key, part in own.items())


def is_plain(value: Any) -> bool:
    """Whether JSON gives back exactly this value: no tuple, no bytes, no key that is not a text, no class of one's own.

    Numbers must be finite, as JSON has no others.
    """
    kind = type(value)
    if kind in (bool, int, str, type(None)):
        return True
    if kind is float:
        return bool(value - value == 0)
    if kind is list:
        return all(map(is_plain, value))
    return kind is dict and all(type(key) is str and is_plain(part) for key, part in value.items())


def sendable(value: Any, name: str) -> Any:
    """A task's argument as it is stored: itself where JSON gives it back exactly, else `Pickled`.

    Raises Unpicklable with the place of the fault.
    """
    try:
        plain = is_plain(value)
    except RecursionError:
        plain = False
    return value if plain else dump(value, name)


def fields_of(argument: Any) -> list[Any]:
    """An argument as the JSON values that stand for it in a line of the list of tasks."""
    if type(argument) is not Pickled:
        return [argument]
    return [None, base64.b64encode(argument.data).decode(), argument.by_value]


def from_fields(argument: Any, text: str | None = None, by_value: bool = False) -> Any:
    """The argument behind `fields_of`."""
    return argument if text is None else Pickled(base64.b64decode(text), by_value)


def without_memo(value: Any) -> bytes:
    """The value's pickle in which nothing refers to anything before it: equal values have equal bytes, but for sets.

    Raises what pickling raises; also ValueError for a value that contains itself.
    """
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 5)
    pickler.fast = True
    pickler.dump(value)
    return buffer.getvalue()
