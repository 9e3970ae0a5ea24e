"""Runs, trials and records."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import LONGTEXT

revision = "0001"
down_revision = None

LONG_TEXT = sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
"""MariaDB's TEXT ends at 64 kB, which a task's output may exceed."""


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("title", LONG_TEXT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("started_at", sa.String(40)),
        sa.Column("ended_at", sa.String(40)),
        sa.Column("tasks", sa.Integer, nullable=False),
        sa.Column("ok", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("configurations", sa.JSON, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("time_limit_s", sa.Float),
        sa.Column("environment", sa.JSON, nullable=False),
        sa.Column("verdict", sa.JSON),
        sa.Column("waiting_for", LONG_TEXT),
        sa.Column("message", LONG_TEXT),
        sa.Column("cancel", sa.Boolean, nullable=False),
    )
    op.create_table(
        "trials",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("repeat", sa.Integer, nullable=False),
        sa.Column("configuration", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("continues", sa.Integer),
        sa.Column("tasks", sa.Integer, nullable=False),
        sa.Column("ok", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("measurement", sa.JSON, nullable=False),
        sa.Column("samples", sa.JSON),
        sa.Column("message", LONG_TEXT),
    )
    op.create_table(
        "records",
        sa.Column(
            "trial_id", sa.Integer, sa.ForeignKey("trials.id", ondelete="CASCADE"),
            primary_key=True, autoincrement=False,
        ),
        sa.Column("task", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("label", LONG_TEXT, nullable=False),
        sa.Column("worker", sa.Integer),
        sa.Column("started_s", sa.Float),
        sa.Column("finished_s", sa.Float),
        sa.Column("cpu_s", sa.Float),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("error", LONG_TEXT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("output", LONG_TEXT),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("waited_s", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them again."""
    for name in ("records", "trials", "runs"):
        op.drop_table(name)
