"""The keys and secrets of customers' browsers and webhooks lie sealed from now on."""

import json

from django.db import migrations, models

from modules.notifications.models import ENDPOINTS


def seal(apps, schema_editor):
    for browser in apps.get_model("notifications", "Browser").objects.iterator():
        keys = {"p256dh": browser.p256dh, "auth": browser.auth}
        browser.sealed = ENDPOINTS.seal(json.dumps(keys).encode(), row=browser.id)
        browser.save(update_fields=("sealed",))
    for webhook in apps.get_model("notifications", "Webhook").objects.iterator():
        webhook.sealed = ENDPOINTS.seal(webhook.secret.encode(), row=webhook.id)
        webhook.save(update_fields=("sealed",))


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.AddField('browser', 'sealed', models.BinaryField(default=b''), preserve_default=False),
        migrations.AddField('webhook', 'sealed', models.BinaryField(default=b''), preserve_default=False),
        migrations.RunPython(seal),
        migrations.RemoveField('browser', 'p256dh'),
        migrations.RemoveField('browser', 'auth'),
        migrations.RemoveField('webhook', 'secret'),
    ]
