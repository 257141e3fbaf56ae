from django.db import migrations

FORBID = """
CREATE FUNCTION subscriptions_versions_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a plan costs and brings is only ever added: members keep what they joined';
END $$;
CREATE TRIGGER subscriptions_versions_only_grow BEFORE UPDATE OR DELETE ON subscriptions_planversion
    FOR EACH ROW EXECUTE FUNCTION subscriptions_versions_only_grow();
"""
ALLOW = """
DROP TRIGGER subscriptions_versions_only_grow ON subscriptions_planversion;
DROP FUNCTION subscriptions_versions_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
