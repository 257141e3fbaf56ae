"""What the period that is paid for is long and costs, and on which terms another plan is had."""

from django.db import migrations

# That of the last invoice for a period; then the changes within it, each on the terms it was for.
_PERIODS = """
UPDATE subscriptions_membership AS member
SET period_days = invoice.ends - invoice.begins,
    period_price = (invoice.lines -> 0 -> 'amount' ->> 'amount')::bigint
FROM (
    SELECT DISTINCT ON (membership_id) membership_id, begins, ends, lines
    FROM subscriptions_invoice WHERE state = 'paid' AND kind <> 'change'
    ORDER BY membership_id, begins DESC
) AS invoice
WHERE invoice.membership_id = member.id
"""
_CHANGES = """
UPDATE subscriptions_membership AS member
SET period_price = version.price,
    -- By the month instead of by the year or the other way round, periods were counted anew.
    period_days = CASE WHEN invoice.begins = member.anchor AND member.next_number = 1
                       THEN invoice.ends - invoice.begins ELSE member.period_days END
FROM (
    SELECT DISTINCT ON (membership_id) membership_id, begins, ends, to_version_id
    FROM subscriptions_invoice WHERE state = 'paid' AND kind = 'change'
    ORDER BY membership_id, begins DESC
) AS invoice
JOIN subscriptions_planversion AS version ON version.id = invoice.to_version_id
WHERE invoice.membership_id = member.id AND version.id = member.version_of_id
"""
_BECOMES = """
UPDATE subscriptions_membership AS member
SET becomes_id = (
    SELECT id FROM subscriptions_planversion
    WHERE plan_id = member.next_plan_id AND from_at <= now() ORDER BY number DESC LIMIT 1
)
WHERE next_plan_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0011_another_period")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (_PERIODS, _CHANGES, _BECOMES)
    ]
