"""Orders from before there were claims: what has come back was owed, and what is complete was delivered."""

from django.db import migrations

_OWED = "UPDATE orders_order SET refund_due = refunded WHERE refunded > refund_due"
_DELIVERED = """
    UPDATE orders_order SET delivered_at = changed_at WHERE order_state = 'completed' AND delivered_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = (("orders", "0006_ratings"),)
    operations = (
        migrations.RunSQL(_OWED, migrations.RunSQL.noop),
        migrations.RunSQL(_DELIVERED, migrations.RunSQL.noop),
    )
