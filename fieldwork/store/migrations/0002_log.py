"""The log of operations, one table for each lane, and what is worked out from it.

Written by hand because every column here is on the road of a push: the log is the truth, and `record`, `assignment`, `visit`,
`evidence` and `coding` can be worked out from it again (`fieldwork rebuild`).
"""

from tortoise import migrations

from fieldwork.store.schema_operations import StatementsByDialect

LANES = ("evidence", "vault", "concern")

STATEMENTS = (
    """CREATE TABLE scope (
        id {identity}, scope TEXT NOT NULL, lane TEXT NOT NULL, last_position {whole} NOT NULL DEFAULT 0,
        UNIQUE (scope, lane))""",
    """CREATE TABLE stream (
        id {identity}, incarnation TEXT NOT NULL, person TEXT NOT NULL, scope TEXT NOT NULL, lane TEXT NOT NULL,
        count {whole} NOT NULL DEFAULT 0, highest {whole} NOT NULL DEFAULT 0, head TEXT, head_opened {whole} NOT NULL DEFAULT 1,
        UNIQUE (incarnation, person, scope, lane))""",
    *(
        statement
        for lane in LANES
        for statement in (
            f"""CREATE TABLE operation_{lane} (
        id {{identity}}, operation TEXT NOT NULL UNIQUE,
        stream_id {{whole}} NOT NULL, sequence {{whole}} NOT NULL,
        scope_id {{whole}} NOT NULL, position {{whole}},
        record_type TEXT NOT NULL, record TEXT NOT NULL, kind TEXT NOT NULL,
        header {{bytes}} NOT NULL, header_hash TEXT NOT NULL, body {{bytes}}, body_hash TEXT,
        standing TEXT NOT NULL CHECK (standing IN ('stored', 'held', 'quarantined')), code TEXT,
        received_at TEXT NOT NULL, carrier TEXT, redacted_by TEXT, reason TEXT,
        sealed {{bytes}}, carry_key TEXT,
        CHECK ((standing = 'stored') = (position IS NOT NULL)))""",
            f"CREATE UNIQUE INDEX operation_{lane}_position ON operation_{lane} (scope_id, position)",
            f"CREATE UNIQUE INDEX operation_{lane}_sequence ON operation_{lane} (stream_id, sequence)",
            f"CREATE INDEX operation_{lane}_record ON operation_{lane} (record)",
        )
    ),
    """CREATE TABLE redaction (
        operation TEXT NOT NULL, by_operation TEXT NOT NULL, person TEXT, reason TEXT NOT NULL, anybodys {whole} NOT NULL,
        PRIMARY KEY (operation, by_operation))""",
    """CREATE TABLE holding (
        header_hash TEXT PRIMARY KEY, stream TEXT NOT NULL, sequence {whole} NOT NULL, operation TEXT NOT NULL,
        header {bytes} NOT NULL, sealed {bytes} NOT NULL, carry_key TEXT, carrier TEXT, received_at TEXT NOT NULL)""",
    "CREATE INDEX holding_stream ON holding (stream, sequence)",
    """CREATE TABLE aside (
        header_hash TEXT NOT NULL, body_hash TEXT NOT NULL, code TEXT NOT NULL, operation TEXT NOT NULL, lane TEXT NOT NULL,
        header {bytes} NOT NULL, sealed {bytes} NOT NULL, carry_key TEXT, carrier TEXT, received_at TEXT NOT NULL,
        PRIMARY KEY (header_hash, body_hash, code))""",
    """CREATE TABLE unreadable_line (
        line_hash TEXT PRIMARY KEY, line {bytes} NOT NULL, code TEXT NOT NULL, carrier TEXT, received_at TEXT NOT NULL)""",
    """CREATE TABLE alarm (
        id {identity}, code TEXT NOT NULL, operation TEXT NOT NULL, raised_at TEXT NOT NULL)""",
    """CREATE TABLE file_stored (
        sha256 TEXT PRIMARY KEY, size_bytes {whole} NOT NULL, media_type TEXT NOT NULL, stored_at TEXT NOT NULL)""",
    """CREATE TABLE record (
        record TEXT PRIMARY KEY, scope_id {whole} NOT NULL, record_type TEXT NOT NULL, parent TEXT,
        withdrawn {whole} NOT NULL, position {whole} NOT NULL, state TEXT NOT NULL)""",
    "CREATE INDEX record_scope ON record (scope_id, record_type)",
    "CREATE INDEX record_parent ON record (parent)",
    """CREATE TABLE assignment (
        record TEXT PRIMARY KEY, review TEXT NOT NULL, visit TEXT, person TEXT NOT NULL, name TEXT, role TEXT NOT NULL,
        ended_at TEXT)""",
    "CREATE INDEX assignment_person ON assignment (person)",
    "CREATE INDEX assignment_visit ON assignment (visit)",
    """CREATE TABLE visit (
        record TEXT PRIMARY KEY, review TEXT NOT NULL, area TEXT, letter TEXT, status TEXT)""",
    "CREATE INDEX visit_review ON visit (review)",
    """CREATE TABLE evidence (
        record TEXT PRIMARY KEY, visit TEXT NOT NULL, activity TEXT, ref TEXT, type TEXT, source_role TEXT,
        recorded_when TEXT, screened {whole} NOT NULL, quarantined {whole} NOT NULL)""",
    "CREATE INDEX evidence_visit ON evidence (visit)",
    """CREATE TABLE coding (
        record TEXT PRIMARY KEY, visit TEXT NOT NULL, evidence TEXT, block TEXT, code TEXT, valence TEXT, coder TEXT)""",
    "CREATE INDEX coding_evidence ON coding (evidence)",
    "CREATE INDEX coding_visit ON coding (visit, code)",
)

SQLITE = {"identity": "INTEGER PRIMARY KEY", "whole": "INTEGER", "bytes": "BLOB"}
POSTGRES = {
    "identity": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "whole": "BIGINT",
    "bytes": "BYTEA",
}
MAKES = (
    "scope",
    "stream",
    *(f"operation_{lane}" for lane in LANES),
    "redaction",
    "holding",
    "aside",
    "unreadable_line",
    "alarm",
    "file_stored",
    "record",
    "assignment",
    "visit",
    "evidence",
    "coding",
)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [  # noqa: RUF012 (as above)
        StatementsByDialect(
            sqlite=[statement.format(**SQLITE) for statement in STATEMENTS],
            postgres=[statement.format(**POSTGRES) for statement in STATEMENTS],
            makes=MAKES,
        )
    ]
