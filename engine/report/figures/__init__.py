"""Records -> plotly figures: the only folder that imports plotly.

Each function takes plain columns or records and `dark`. Show a figure with its own colours:
`st.plotly_chart(figure, theme=None)`, because Streamlit's theme would replace them.
"""

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

__all__ = [
    "CONFIG",
    "EXECUTORS",
    "TASK_COLUMNS",
    "WORK_COLUMNS",
    "Tasks",
    "bytes_saved",
    "done_over_time",
    "executor_colour",
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
