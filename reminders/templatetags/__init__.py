"""Words of the reminders in templates."""
