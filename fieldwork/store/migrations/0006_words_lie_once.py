"""The words of a record that was written once lie in its operation and nowhere else.

Nearly every record is. A copy of its words beside the log was a second place to take removed words out of, and a third of all that was
written for a note: `record.state` is now empty for such a record, and `record_with_words` says where its words are (`states.py`). What
`record.state` holds already stays right; `fieldwork rebuild` makes it shorter.
"""

from tortoise import migrations

from fieldwork.store.schema_operations import StatementsByDialect

VIEW = """CREATE VIEW record_with_words AS
    SELECT r.record, r.scope_id, r.record_type, r.parent, r.withdrawn, r.position, r.state, o.operation, o.body
    FROM record r LEFT JOIN operation_evidence o
        ON r.state IS NULL AND o.scope_id = r.scope_id AND o.position = r.position AND o.record = r.record"""

_COLUMNS = "record, scope_id, record_type, parent, withdrawn, position, state"

# SQLite takes a NOT NULL back only by making the table again.
SQLITE = [
    """CREATE TABLE record_again (
        record TEXT PRIMARY KEY, scope_id INTEGER NOT NULL, record_type TEXT NOT NULL, parent TEXT,
        withdrawn INTEGER NOT NULL, position INTEGER NOT NULL, state TEXT)""",
    f"INSERT INTO record_again ({_COLUMNS}) SELECT {_COLUMNS} FROM record",
    "DROP TABLE record",
    "ALTER TABLE record_again RENAME TO record",
    "CREATE INDEX record_scope ON record (scope_id, record_type)",
    "CREATE INDEX record_parent ON record (parent)",
    VIEW,
]
POSTGRES = ["ALTER TABLE record ALTER COLUMN state DROP NOT NULL", VIEW]


class Migration(migrations.Migration):
    dependencies = [("store", "0005_looks_name_fields")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [StatementsByDialect(sqlite=SQLITE, postgres=POSTGRES)]  # noqa: RUF012 (as above)
