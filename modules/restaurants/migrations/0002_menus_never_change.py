from django.db import migrations


class Migration(migrations.Migration):
    """A published menu is what orders were priced by: the database refuses to change or delete one."""

    dependencies = [("restaurants", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION restaurants_menu_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'a published menu never changes; publish a new version';
                END $$;
                CREATE TRIGGER menu_never_changes BEFORE UPDATE OR DELETE ON restaurants_menuversion
                    FOR EACH ROW EXECUTE FUNCTION restaurants_menu_never_changes();
            """,
            reverse_sql="""
                DROP TRIGGER menu_never_changes ON restaurants_menuversion;
                DROP FUNCTION restaurants_menu_never_changes();
            """,
        )
    ]
