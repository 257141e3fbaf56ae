from django.db import migrations

FORBID = """
CREATE FUNCTION payment_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment entries are only ever added: a correction is an entry of its own';
END $$;
CREATE TRIGGER payment_entries_only_grow BEFORE UPDATE OR DELETE ON payments_paymententry
    FOR EACH ROW EXECUTE FUNCTION payment_entries_only_grow();
"""
ALLOW = """
DROP TRIGGER payment_entries_only_grow ON payments_paymententry;
DROP FUNCTION payment_entries_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
