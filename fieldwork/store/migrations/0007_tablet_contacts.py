"""What each tablet said last of what is on it alone: counts, for the tablet and for each visit of which something waits."""

from tortoise import fields, migrations
from tortoise.migrations import operations


class Migration(migrations.Migration):
    dependencies = [("store", "0006_words_lie_once")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [  # noqa: RUF012 (as above)
        operations.CreateModel(
            name="TabletContact",
            fields=[
                ("id", fields.BigIntField(primary_key=True, generated=True)),
                ("device", fields.OneToOneField("store.Device", related_name="contact", on_delete=fields.RESTRICT)),
                ("told_at", fields.DatetimeField()),
                ("app_version", fields.CharField(max_length=64)),
                ("waiting", fields.BigIntField()),
                ("oldest_at", fields.CharField(max_length=24, null=True)),
                ("oldest_age_s", fields.BigIntField(null=True)),
                ("attention", fields.BigIntField()),
                ("drafts", fields.BigIntField()),
                ("persisted", fields.BooleanField(null=True)),
            ],
            options={"table": "tablet_contact"},
        ),
        operations.CreateModel(
            name="TabletContactVisit",
            fields=[
                ("id", fields.BigIntField(primary_key=True, generated=True)),
                (
                    "contact",
                    fields.ForeignKeyField("store.TabletContact", related_name="visits", on_delete=fields.RESTRICT),
                ),
                ("visit_id", fields.UUIDField(db_index=True)),
                ("waiting", fields.BigIntField()),
                ("oldest_age_s", fields.BigIntField()),
            ],
            options={"table": "tablet_contact_visit", "unique_together": (("contact_id", "visit_id"),)},
        ),
    ]
