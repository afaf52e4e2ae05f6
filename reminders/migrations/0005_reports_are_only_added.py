from django.db import migrations

REFUSE = """
CREATE FUNCTION reminders_reports_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A delivery report is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER reports_are_only_added BEFORE UPDATE OR DELETE ON reminders_deliveryreport
    FOR EACH ROW EXECUTE FUNCTION reminders_reports_are_only_added();
"""

ALLOW = """
DROP TRIGGER reports_are_only_added ON reminders_deliveryreport;
DROP FUNCTION reminders_reports_are_only_added();
"""


class Migration(migrations.Migration):
    """What a gateway said afterwards is proof as much as the attempt is."""

    dependencies = [('reminders', '0004_attempts_are_only_added')]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
