"""The portal's one clock: PostgreSQL's."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Return the database's wall clock at this very moment, with a time zone.

    ``clock_timestamp()`` moves inside a transaction, where ``now()`` stands still: read after the
    row locks are held, it says when a submission is really decided (design, rule 1).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
