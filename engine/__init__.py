"""The engine: runs batches of tasks on any executor and measures how they ran.

Nothing below this package imports streamlit. Names are loaded when they are first used
(PEP 562), so that a trial's process imports nothing that it does not need.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {"compare": "engine.api", "Comparison": "engine.api", "resize": "engine.api", "Resized": "engine.api"}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_PUBLIC]
