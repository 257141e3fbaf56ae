from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('restaurants', '0008_ages'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='names',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
