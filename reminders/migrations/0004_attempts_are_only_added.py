from django.db import migrations

REFUSE = """
CREATE FUNCTION reminders_attempts_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND OLD.outcome = 'started' AND NEW.outcome <> 'started'
        AND NEW.id = OLD.id AND NEW.reminder_id = OLD.reminder_id AND NEW.started_at = OLD.started_at
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An attempt is completed once and never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER attempts_are_only_added BEFORE UPDATE OR DELETE ON reminders_reminderattempt
    FOR EACH ROW EXECUTE FUNCTION reminders_attempts_are_only_added();
"""

ALLOW = """
DROP TRIGGER attempts_are_only_added ON reminders_reminderattempt;
DROP FUNCTION reminders_attempts_are_only_added();
"""


class Migration(migrations.Migration):
    """Attempts prove what was sent: no program and no person at a prompt rewrites them by accident."""

    dependencies = [('reminders', '0003_policy_channels_calls')]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
