from django.db import migrations

PURGING = """
    IF TG_OP = 'UPDATE' AND current_setting('portal.purging', true) = 'on' THEN
        RETURN NEW;
    END IF;
"""

ATTEMPTS = """
CREATE OR REPLACE FUNCTION reminders_attempts_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN%s
    IF TG_OP = 'UPDATE'
        AND OLD.outcome = 'started' AND NEW.outcome <> 'started'
        AND NEW.id = OLD.id AND NEW.reminder_id = OLD.reminder_id AND NEW.started_at = OLD.started_at
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An attempt is completed once and never changed or removed (%%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""

REPORTS = """
CREATE OR REPLACE FUNCTION reminders_reports_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN%s
    RAISE EXCEPTION 'A delivery report is never changed or removed (%%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


class Migration(migrations.Migration):
    """A transaction that says so deletes addresses out of what servers answered; it removes no row."""

    dependencies = [("reminders", "0007_units_that_told")]

    operations = [migrations.RunSQL(sql % PURGING, sql % "") for sql in (ATTEMPTS, REPORTS)]
