"""What earlier versions called screened may hold words that came after the look: take all of it back that could (R12).

Only what a pack brought, and nobody has added to, is left as it was. `fieldwork rebuild` then reads the looks in the log and gives back
every record that was looked through as it is; until it has run, the visit's team alone reads the others. Nothing in the log is touched.

And an index of what was removed, because every tablet asks for its own with each manifest.
"""

from tortoise import migrations

from fieldwork.domain.rights import LANES
from fieldwork.store.schema_operations import StatementsByDialect

STATEMENT = """UPDATE evidence SET screened = 0 WHERE screened = 1 AND record IN (
    SELECT b.parent FROM record b JOIN operation_evidence o ON o.record = b.record
    WHERE b.record_type = 'block' AND o.standing = 'stored' AND o.kind IN ('create', 'revise')
    AND substr(o.operation, 15, 1) <> '5')"""

REMOVED = [
    f"CREATE INDEX operation_{lane}_removed ON operation_{lane} (stream_id) WHERE redacted_by IS NOT NULL"
    for lane in LANES
]
STATEMENTS = [STATEMENT, *REMOVED]


class Migration(migrations.Migration):
    dependencies = [("store", "0002_log")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [StatementsByDialect(sqlite=STATEMENTS, postgres=STATEMENTS)]  # noqa: RUF012 (as above)
