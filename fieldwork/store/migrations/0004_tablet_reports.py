"""What tablets found wrong with their own copies at a start: counts, once for each device and id of a report."""

from tortoise import fields, migrations
from tortoise.migrations import operations


class Migration(migrations.Migration):
    dependencies = [("store", "0003_screening")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [  # noqa: RUF012 (as above)
        operations.CreateModel(
            name="TabletReport",
            fields=[
                ("id", fields.BigIntField(primary_key=True, generated=True)),
                (
                    "device",
                    fields.ForeignKeyField(
                        "store.Device", db_index=True, related_name="reports", on_delete=fields.RESTRICT
                    ),
                ),
                ("report", fields.UUIDField()),
                ("received_at", fields.DatetimeField()),
                ("found_at", fields.CharField(max_length=24)),
                ("found_empty", fields.BooleanField()),
                ("restored", fields.BigIntField()),
                ("repaired", fields.BigIntField()),
                ("copied", fields.BigIntField()),
                ("lost", fields.BigIntField()),
                ("lost_streams", fields.BigIntField()),
                ("damaged", fields.BigIntField()),
                ("certain", fields.BooleanField()),
                ("journal_damaged_bytes", fields.BigIntField()),
                ("drafts_unopened", fields.BigIntField()),
                ("persisted", fields.BooleanField(null=True)),
            ],
            options={"table": "tablet_report", "unique_together": (("device_id", "report"),)},
        ),
    ]
