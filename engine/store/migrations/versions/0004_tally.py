"""What a trial of very many tasks adds up to, so that its page need not read every record."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; older trials have none. An upgrade that broke off may have left it already."""
    if all(column["name"] != "tally" for column in sa.inspect(op.get_bind()).get_columns("trials")):
        op.add_column("trials", sa.Column("tally", sa.JSON))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("trials", "tally")
