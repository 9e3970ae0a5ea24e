"""Runs that several homes, machines and people share: where and whose they are, and what people write on them.

With what the lists of runs are filtered by, and an index of the failures, which pages ask for by themselves.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import LONGTEXT

revision = "0003"
down_revision = "0002"

LONG_TEXT = sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "launched_at": sa.String(40),
    "home": LONG_TEXT,
    "machine": sa.String(200),
    "executors": sa.String(400),
    "person": sa.String(320),
    "shared": sa.Boolean(),
    "label": sa.String(200),
    "note": LONG_TEXT,
    "pinned": sa.Boolean(),
}
runs = sa.table(
    "runs", sa.column("id"), sa.column("configurations", sa.JSON), sa.column("environment", sa.JSON),
    sa.column("machine"), sa.column("executors"),
)  # fmt: skip


def upgrade() -> None:
    """Add the columns and indices, and fill in what older runs tell. An upgrade that broke off may have left some."""
    seen = sa.inspect(op.get_bind())
    there = {column["name"] for column in seen.get_columns("runs")}
    for name, kind in TYPES.items():
        if name not in there:
            is_flag = isinstance(kind, sa.Boolean)
            op.add_column(
                "runs", sa.Column(name, kind, nullable=not is_flag, server_default=sa.false() if is_flag else None)
            )
    _fill_in()
    if not any(index["name"] == "ix_runs_state" for index in seen.get_indexes("runs")):
        op.create_index("ix_runs_state", "runs", ["state"])
    if not any(index["name"] == "ix_records_failed" for index in seen.get_indexes("records")):
        failed = sa.text("status <> 'ok'")
        op.create_index(
            "ix_records_failed", "records", ["trial_id", "status", "task"], sqlite_where=failed, postgresql_where=failed
        )


def _fill_in() -> None:
    """What the run's JSON says, in columns of its own."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(runs.c.id, runs.c.configurations, runs.c.environment)).all():
        names = dict.fromkeys(str(one.get("executor", "")) for one in row.configurations or ())
        machine = str((row.environment or {}).get("host", ""))[:200]
        told = sa.update(runs).where(runs.c.id == row.id)
        connection.execute(told.values(executors=f",{','.join(names)},"[:400], machine=machine))


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_records_failed", "records")
    op.drop_index("ix_runs_state", "runs")
    for name in TYPES:
        op.drop_column("runs", name)
