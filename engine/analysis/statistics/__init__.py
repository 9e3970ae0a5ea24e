"""The statistics that verdicts rest on: paired speedups, their intervals, and fits."""
