"""What providers notified lies sealed from now on."""

from django.db import migrations, models

from modules.payments.models.provider import NOTICES


def seal(apps, schema_editor):
    for notice in apps.get_model("payments", "ProviderNotice").objects.iterator(chunk_size=100):
        notice.sealed = NOTICES.seal(bytes(notice.body), row=notice.id)
        notice.save(update_fields=("sealed",))


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0007_adyen'),
    ]

    operations = [
        migrations.AddField('providernotice', 'sealed', models.BinaryField(default=b''), preserve_default=False),
        migrations.RunPython(seal),
        migrations.RemoveField('providernotice', 'body'),
    ]
