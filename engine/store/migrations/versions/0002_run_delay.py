"""How long a task's thread waited for a CPU."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what was recorded before does not know it. An upgrade that broke off may have left it already."""
    if all(column["name"] != "run_delay_s" for column in sa.inspect(op.get_bind()).get_columns("records")):
        op.add_column("records", sa.Column("run_delay_s", sa.Float))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("records", "run_delay_s")
