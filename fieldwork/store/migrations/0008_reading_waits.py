"""After a restore a tablet reads again once somebody at the office has said that it is still theirs: until then its reading waits."""

from tortoise import fields, migrations
from tortoise.migrations import operations


class Migration(migrations.Migration):
    dependencies = [("store", "0007_tablet_contacts")]  # noqa: RUF012 (Tortoise reads a list from the class)
    operations = [  # noqa: RUF012 (as above)
        operations.AddField(model_name="Device", name="reading_waits", field=fields.BooleanField(null=True)),
    ]
