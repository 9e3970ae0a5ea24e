"""Records -> plotly figures: the only folder that imports plotly.

Each function takes plain columns or records and `dark`. Show a figure with its own colours:
`st.plotly_chart(figure, theme=None)`, because Streamlit's theme would replace them.
"""

from engine.figures.colours import EXECUTORS, executor_colour
from engine.figures.comparing import memory_by_configuration, wall_times
from engine.figures.course import done_over_time, memory, task_times, tasks_at_once
from engine.figures.embed import CONFIG
from engine.figures.pictures import bytes_saved
from engine.figures.shops import prices
from engine.figures.speedup import fits_of, speedups
from engine.figures.tasks import TASK_COLUMNS, Tasks, tasks_from
from engine.figures.timeline import timeline
from engine.figures.timelines import middle_trials, timelines
from engine.figures.whereabouts import WORK_COLUMNS, where_time_went, work_of

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
