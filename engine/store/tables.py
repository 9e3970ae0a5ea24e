"""The tables, as SQLAlchemy Core knows them. Changing one needs a migration beside it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("workload", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("started_at", String(40)),
    Column("ended_at", String(40)),
    Column("tasks", Integer, nullable=False),
    Column("ok", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("options", JSON, nullable=False),
    Column("configurations", JSON, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("time_limit_s", Float),
    Column("environment", JSON, nullable=False),
    Column("verdict", JSON),
    Column("waiting_for", Text),
    Column("message", Text),
    Column("cancel", Boolean, nullable=False, default=False),
    Column("launched_at", String(40)),
    Column("home", Text),
    Column("machine", String(200)),
    Column("executors", String(400)),
    Column("person", String(320)),
    Column("shared", Boolean, nullable=False, default=False),
    Column("label", String(200)),
    Column("note", Text),
    Column("pinned", Boolean, nullable=False, default=False),
)
"""`launched_at`: when its latest orchestrator was started, empty once that one is known to be gone. `home`: the folder
below which the run's files lie, on `machine`. `executors`: the names in its configurations, with a comma on both sides
of each."""

trials = Table(
    "trials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("order", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("configuration", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("continues", Integer),
    Column("tasks", Integer, nullable=False),
    Column("ok", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("measurement", JSON, nullable=False),
    Column("samples", JSON),
    Column("message", Text),
    Column("tally", JSON),
)

records = Table(
    "records",
    metadata,
    Column("trial_id", Integer, ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("task", Integer, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("worker", Integer),
    Column("started_s", Float),
    Column("finished_s", Float),
    Column("cpu_s", Float),
    Column("status", String(10), nullable=False),
    Column("reason", String(64)),
    Column("error", Text),
    Column("attempts", Integer, nullable=False),
    Column("output", Text),
    Column("fingerprint", String(64)),
    Column("waited_s", Float, nullable=False),
    Column("run_delay_s", Float),
    sqlite_with_rowid=False,
)

LARGEST_NUMBER = 2**31 - 1
"""The largest number that every database's Integer holds."""
