from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.AddField("loghome", "kept_from", models.DateField(null=True)),
    ]
