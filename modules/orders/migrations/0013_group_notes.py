from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_figures'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='names',
            field=models.TextField(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='orderline',
            name='note',
            field=models.CharField(db_default='', default='', max_length=140),
        ),
        migrations.AddField(
            model_name='orderline',
            name='person',
            field=models.SmallIntegerField(null=True),
        ),
    ]
