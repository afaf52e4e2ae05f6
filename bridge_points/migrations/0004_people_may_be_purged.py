from django.db import migrations

ALLOW_PURGE = """
CREATE OR REPLACE FUNCTION bridge_points_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('portal.purging', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was recorded of a line or of an incident is not changed (% %)', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION bridge_points_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was recorded of a line or of an incident is not changed (% %)', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


class Migration(migrations.Migration):
    """A transaction that says so deletes people out of notes; every other one is refused as before."""

    dependencies = [("bridge_points", "0003_the_line_desk_checks_and_incidents")]

    operations = [migrations.RunSQL(ALLOW_PURGE, AS_BEFORE)]
