"""The ordinary tables: accounts, sessions, devices, settings, export jobs. They hold no evidence.

The log of operations has its own step. Released: never edit this file; write the next one.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations


class Migration(migrations.Migration):
    initial = True

    operations = [  # noqa: RUF012 (Tortoise reads a list from the class)
        operations.CreateModel(
            name="Account",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("person_id", fields.UUIDField(unique=True)),
                ("name", fields.TextField()),
                ("sign_in_name", fields.CharField(unique=True, max_length=200)),
                ("password_hash", fields.TextField(null=True)),
                ("is_administrator", fields.BooleanField()),
                ("is_demonstration", fields.BooleanField()),
                ("created_at", fields.DatetimeField()),
                ("disabled_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "account"},
        ),
        operations.CreateModel(
            name="Device",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("reading_token_hash", fields.CharField(max_length=64, unique=True, null=True)),
                ("person_id", fields.UUIDField(db_index=True)),
                ("label", fields.TextField()),
                ("created_at", fields.DatetimeField()),
                ("last_seen_at", fields.DatetimeField()),
                ("revoked_at", fields.DatetimeField(null=True)),
                ("unsent_count", fields.IntField(null=True)),
                ("oldest_unsent_at", fields.DatetimeField(null=True)),
                ("app_version", fields.CharField(max_length=64)),
            ],
            options={"table": "device"},
        ),
        operations.CreateModel(
            name="EnrolmentCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("code_hash", fields.CharField(unique=True, max_length=64)),
                ("person_id", fields.UUIDField()),
                ("made_by", fields.UUIDField()),
                ("created_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField(db_index=True)),
                ("used_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "enrolment_code"},
        ),
        operations.CreateModel(
            name="ExportJob",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("review_id", fields.UUIDField()),
                ("format", fields.CharField(max_length=16)),
                ("asked_by", fields.UUIDField()),
                ("asked_at", fields.DatetimeField()),
                ("state", fields.CharField(max_length=16)),
                ("progress_done", fields.BigIntField()),
                ("progress_total", fields.BigIntField()),
                ("path", fields.TextField(null=True)),
                ("sha256", fields.CharField(null=True, max_length=64)),
                ("problem", fields.TextField(null=True)),
                ("finished_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "export_job",
                "indexes": [Index(fields=["state", "asked_at"]), Index(fields=["review_id", "asked_at"])],
            },
        ),
        operations.CreateModel(
            name="Session",
            fields=[
                ("id", fields.CharField(primary_key=True, max_length=64)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "store.Account", db_index=True, related_name="sessions", on_delete=fields.RESTRICT
                    ),
                ),
                ("created_at", fields.DatetimeField()),
                ("last_seen_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("absolute_expires_at", fields.DatetimeField()),
                ("ended_at", fields.DatetimeField(null=True)),
                ("csrf_secret", fields.CharField(max_length=64)),
            ],
            options={"table": "session"},
        ),
        operations.CreateModel(
            name="Setting",
            fields=[
                ("key", fields.CharField(primary_key=True, max_length=100)),
                ("value", fields.TextField()),
            ],
            options={"table": "setting"},
        ),
        operations.CreateModel(
            name="SignInAttempt",
            fields=[
                ("name_hash", fields.CharField(primary_key=True, max_length=64)),
                ("count", fields.IntField()),
                ("last_at", fields.DatetimeField(db_index=True)),
            ],
            options={"table": "sign_in_attempt"},
        ),
    ]
