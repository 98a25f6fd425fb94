"""A look names the words it was about field by field, those of the record, its activity and its consents too: nothing older does (R12).

So everything that somebody of a team wrote is their team's alone until they have looked through it again. Only what a pack brought, and
nobody has added to, is left as it was. `fieldwork rebuild` gives the same answer from the log; nothing in the log is touched.

And an index of the records of an activity, because its words are theirs.
"""

from tortoise import migrations

from fieldwork.store.schema_operations import StatementsByDialect

_WRITTEN = "o.standing = 'stored' AND o.kind IN ('create', 'revise') AND substr(o.operation, 15, 1) <> '5'"
STATEMENT = f"""UPDATE evidence SET screened = 0 WHERE screened = 1 AND (
    EXISTS (SELECT 1 FROM operation_evidence o WHERE o.record = evidence.record AND {_WRITTEN})
    OR EXISTS (SELECT 1 FROM operation_evidence o WHERE o.record = evidence.activity AND {_WRITTEN})
    OR EXISTS (SELECT 1 FROM record r JOIN operation_evidence o ON o.record = r.record
        WHERE r.parent = evidence.record AND r.record_type = 'block' AND {_WRITTEN})
    OR EXISTS (SELECT 1 FROM record r JOIN operation_evidence o ON o.record = r.record
        WHERE r.parent = evidence.activity AND r.record_type = 'consent' AND {_WRITTEN}))"""

STATEMENTS = [STATEMENT, "CREATE INDEX evidence_activity ON evidence (activity)"]


class Migration(migrations.Migration):
    dependencies = [("store", "0004_tablet_reports")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [StatementsByDialect(sqlite=STATEMENTS, postgres=STATEMENTS)]  # noqa: RUF012 (as above)
