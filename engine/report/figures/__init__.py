"""Records -> plotly figures: the only folder that imports plotly.

Each function takes plain columns or records and `dark`. Show a figure with its own colours:
`st.plotly_chart(figure, theme=None)`, because Streamlit's theme would replace them.
What is loaded is loaded when it is first used (PEP 562): colours and counts are wanted where no plotly is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.report.figures.colours import EXECUTORS, executor_colour
    from engine.report.figures.comparisons.configurations import memory_by_configuration, wall_times
    from engine.report.figures.comparisons.speedup import fits_of, speedups
    from engine.report.figures.comparisons.time_breakdown import WORK_COLUMNS, where_time_went, work_of
    from engine.report.figures.comparisons.timelines import middle_trials, timelines
    from engine.report.figures.embed import CONFIG
    from engine.report.figures.jobs.over_time import done_over_time, memory, task_times, tasks_at_once
    from engine.report.figures.jobs.pictures import bytes_saved
    from engine.report.figures.jobs.shops import prices
    from engine.report.figures.jobs.tasks import TASK_COLUMNS, Tasks, tasks_from
    from engine.report.figures.jobs.timeline import timeline
    from engine.report.figures.plotted import figure_of

__all__ = [
    "CONFIG",
    "EXECUTORS",
    "TASK_COLUMNS",
    "WORK_COLUMNS",
    "Tasks",
    "bytes_saved",
    "done_over_time",
    "executor_colour",
    "figure_of",
    "fits_of",
    "memory",
    "memory_by_configuration",
    "middle_trials",
    "prices",
    "speedups",
    "task_times",
    "tasks_at_once",
    "tasks_from",
    "timeline",
    "timelines",
    "wall_times",
    "where_time_went",
    "work_of",
]

_MODULES = {
    "CONFIG": "embed",
    "EXECUTORS": "colours",
    "TASK_COLUMNS": "jobs.tasks",
    "Tasks": "jobs.tasks",
    "WORK_COLUMNS": "comparisons.time_breakdown",
    "bytes_saved": "jobs.pictures",
    "done_over_time": "jobs.over_time",
    "executor_colour": "colours",
    "figure_of": "plotted",
    "fits_of": "comparisons.speedup",
    "memory": "jobs.over_time",
    "memory_by_configuration": "comparisons.configurations",
    "middle_trials": "comparisons.timelines",
    "prices": "jobs.shops",
    "speedups": "comparisons.speedup",
    "task_times": "jobs.over_time",
    "tasks_at_once": "jobs.over_time",
    "tasks_from": "jobs.tasks",
    "timeline": "jobs.timeline",
    "timelines": "comparisons.timelines",
    "wall_times": "comparisons.configurations",
    "where_time_went": "comparisons.time_breakdown",
    "work_of": "comparisons.time_breakdown",
}
"""Each name's module below this package."""


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
