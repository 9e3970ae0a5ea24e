"""A workload's own method as a plain function: the very source that was measured, without its class."""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from dataclasses import dataclass

from engine.workloads import workload_class


@dataclass(frozen=True, slots=True)
class Source:
    """Functions as text, and the imports that they need."""

    text: str
    imports: tuple[str, ...]


def method_as_function(workload: str, method: str) -> Source:
    """`method` of a workload, and those of its own methods that it calls, as functions; `self.options` is OPTIONS.

    The function is always called `run`.
    """
    kind = workload_class(workload)
    module = sys.modules[kind.__module__]
    body = inspect.getsource(module)
    texts: list[str] = []
    waiting, seen = [method], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        text = textwrap.dedent(inspect.getsource(getattr(kind, name)))
        called = re.findall(r"\bself\.(\w+)\(", text)
        waiting += [other for other in called if hasattr(kind, other)]
        text = re.sub(r"\(self, ", "(", text)
        text = text.replace("self.options", "OPTIONS")
        texts.insert(0, re.sub(r"\bself\.(\w+)\(", r"\1(", text))
    found = "\n\n".join(texts).replace(f"def {method}(", "def run(")
    return Source("".join(_constants(body, found)) + found + "\n\n", tuple(_modules(body, found)))


def _constants(module: str, used: str) -> list[str]:
    lines = re.findall(r"^(_[A-Z_]+) = (.+)$", module, re.MULTILINE)
    found = [f"{name} = {value}\n" for name, value in lines if re.search(rf"\b{name}\b", used)]
    return [*found, "\n\n"]


def _modules(module: str, used: str) -> list[str]:
    names = re.findall(r"^import (\w+)$", module, re.MULTILINE)
    lines = [f"import {name}" for name in names if re.search(rf"\b{name}\.", used)]
    return lines + (["from typing import Any"] if re.search(r"\bAny\b", used) else [])
