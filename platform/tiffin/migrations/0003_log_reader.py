import django.contrib.postgres.fields
from django.db import migrations, models

import tiffin.clock


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_log_home_kept_from")]
    operations = [
        migrations.CreateModel(
            name="LogReader",
            fields=[
                ("subscriber", models.TextField(primary_key=True, serialize=False)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("day", models.DateField(null=True)),
                ("seen_at", models.DateTimeField(default=tiffin.clock.now)),
            ],
            options={"db_table": "log_reader"},
        ),
    ]
