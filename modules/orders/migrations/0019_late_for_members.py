"""A membership's own credit for what comes late: from when it counts, and what of it the venue pays."""

from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_members_only")]
    operations = [
        # Of those that are known already nothing else is known than that they were there before.
        migrations.AddField(
            model_name="knownmembership",
            name="since",
            field=models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refund",
            name="by_venue",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
