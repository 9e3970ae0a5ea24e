"""The garbage collector need not look through modules again and again.

Streamlit collects after every run of a script or fragment. What pandas, plotly and SQLAlchemy bring at import are some
hundred thousand objects that stay for good: looking through them took longer than drawing a run's page.
"""

from __future__ import annotations

import gc
import sys

_modules = 0


def freeze_modules() -> None:
    """Set aside what is there now (gc.freeze) if modules came since the last time; garbage is collected before."""
    global _modules
    if len(sys.modules) != _modules:
        _modules = len(sys.modules)
        gc.collect()
        gc.freeze()
