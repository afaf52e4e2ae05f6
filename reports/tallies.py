"""How many are declared and named in each role at each point, kept by the database itself.

Counting 1,441,200 delegates takes longer than a page may; these rows say the same at once. Triggers on
the declared numbers and on the delegates (migration 0004) write them in the very statement and
transaction that writes the rows they count, whoever writes: a service, the admin, a text of a thousand
rows. There is no moment, for any reader, at which they differ from what they count.
"""

from __future__ import annotations

from django.db import connection, models

from bridge_points.models import BridgePoint
from invitations.models import InvitedRole
from registrations.models import Registration


class Tally(models.Model):
    """One role at one point of one registration; written by triggers alone."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    bridge_point = models.ForeignKey(BridgePoint, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(InvitedRole, on_delete=models.CASCADE, null=True, related_name="+")
    declared = models.IntegerField(null=True)
    """The number that was declared, connected or not; None where none was."""
    named = models.IntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = "số đếm"
        verbose_name_plural = "số đếm"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "bridge_point", "role"],
                nulls_distinct=False,
                name="one_tally_per_role_and_point",
            ),
        ]


_DIFFERENT = """
    WITH counted AS (
        SELECT registration_id, bridge_point_id, role_id, max(declared) AS declared, sum(named) AS named
        FROM (
            SELECT registration_id, bridge_point_id, role_id, number AS declared, 0 AS named
            FROM registrations_headcount
            UNION ALL
            SELECT registration_id, bridge_point_id, role_id, NULL, 1 FROM registrations_delegate
        ) AS every_row
        GROUP BY 1, 2, 3
    ), kept AS (
        SELECT registration_id, bridge_point_id, role_id, declared, named::bigint AS named FROM reports_tally
        WHERE declared IS NOT NULL OR named <> 0
    )
    SELECT count(*) FROM (
        (TABLE counted EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE counted)
    ) AS different
"""


def disagreements() -> int:
    """How many rows do not say what a fresh count says: 0, or the triggers were switched off."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT)
        return int(cursor.fetchone()[0])
