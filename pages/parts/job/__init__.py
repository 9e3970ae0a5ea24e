"""The view of a job: how it ran and what it gave; `view` draws a run of any kind."""
