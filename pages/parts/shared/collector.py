"""The garbage collector need not look through modules again and again.

Streamlit collects after every run of a script or fragment. What pandas, plotly and SQLAlchemy bring at import are some
hundred thousand objects that stay for good: looking through them took longer than drawing a run's page.
"""

from __future__ import annotations

import gc
from importlib import import_module

MODULES = (
    "pandas", "plotly.graph_objects", "sqlalchemy.dialects.sqlite", "engine.store", "engine.runs.plans",
    "engine.report.figures", "pages.parts.resize.image_inputs", "pages.parts.job.view", "pages.parts.scrape.url_inputs",
)  # fmt: skip
"""What every visitor's pages need sooner or later, and what brings the most objects."""


def freeze_modules() -> None:
    """Import what pages need and set it aside (gc.freeze); garbage is collected before.

    Only to be called before there is a session: what is set aside is never looked at again, and a session's uploads or
    tables that happened to be there would stay in memory for good.
    """
    for name in MODULES:
        import_module(name)
    gc.collect()
    gc.freeze()
