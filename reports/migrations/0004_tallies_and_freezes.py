import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

KEY = "registration_id, bridge_point_id, role_id"
SAME_KEY = (
    "t.registration_id = gone.registration_id AND t.bridge_point_id = gone.bridge_point_id"
    " AND t.role_id IS NOT DISTINCT FROM gone.role_id"
)
MOVED = (
    "EXISTS (SELECT FROM removed r JOIN added a ON a.id = r.id WHERE (r.registration_id, r.bridge_point_id,"
    " r.role_id) IS DISTINCT FROM (a.registration_id, a.bridge_point_id, a.role_id))"
)

FUNCTIONS = f"""
CREATE FUNCTION reports_tally_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT {MOVED} THEN RETURN NULL; END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE reports_tally t SET named = t.named - gone.number
        FROM (SELECT {KEY}, count(*) AS number FROM removed GROUP BY {KEY}) gone
        WHERE {SAME_KEY};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO reports_tally ({KEY}, named)
        SELECT {KEY}, count(*) FROM added GROUP BY {KEY} ORDER BY {KEY}
        ON CONFLICT ON CONSTRAINT one_tally_per_role_and_point
        DO UPDATE SET named = reports_tally.named + EXCLUDED.named;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION reports_tally_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    leaves boolean := TG_OP = 'DELETE';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        leaves := {MOVED};
    END IF;
    IF leaves THEN
        UPDATE reports_tally t SET declared = NULL FROM removed gone WHERE {SAME_KEY};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO reports_tally ({KEY}, declared)
        SELECT {KEY}, number FROM added ORDER BY {KEY}
        ON CONFLICT ON CONSTRAINT one_tally_per_role_and_point
        DO UPDATE SET declared = EXCLUDED.declared;
    END IF;
    RETURN NULL;
END $$;
"""

TABLES = (("names", "registrations_delegate"), ("numbers", "registrations_headcount"))
SEEN = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS removed NEW TABLE AS added",
    "DELETE": "OLD TABLE AS removed",
}

TRIGGERS = "".join(
    f"CREATE TRIGGER tally_{what}_{event.lower()} AFTER {event} ON {table} REFERENCING {seen}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION reports_tally_{what}();\n"
    for what, table in TABLES
    for event, seen in SEEN.items()
)

FILL = f"""
INSERT INTO reports_tally ({KEY}, declared, named)
SELECT {KEY}, max(declared), sum(named) FROM (
    SELECT {KEY}, number AS declared, 0 AS named FROM registrations_headcount
    UNION ALL SELECT {KEY}, NULL, 1 FROM registrations_delegate
) AS every_row GROUP BY {KEY};
"""

UNDONE = "".join(
    f"DROP TRIGGER tally_{what}_{event.lower()} ON {table};\n" for what, table in TABLES for event in SEEN
) + "DROP FUNCTION reports_tally_names(); DROP FUNCTION reports_tally_numbers();"


class Migration(migrations.Migration):
    """Rows that say what 1,441,200 delegates are counted to, kept true by triggers; states that were frozen."""

    dependencies = [
        ("registrations", "0004_the_log_knows_scans_doubles_downloads"),
        ("bridge_points", "0002_a_test_sent_twice_is_one"),
        ("reports", "0003_workbooks_forms_schedules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("declared", models.IntegerField(null=True)),
                ("named", models.IntegerField(db_default=0, default=0)),
                ("registration", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registrations.registration")),
                ("bridge_point", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bridge_points.bridgepoint")),
                ("role", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="invitations.invitedrole")),
            ],
            options={"verbose_name": "số đếm", "verbose_name_plural": "số đếm"},
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("registration", "bridge_point", "role"),
                name="one_tally_per_role_and_point",
                nulls_distinct=False,
            ),
        ),
        migrations.CreateModel(
            name="Freeze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("as_of", models.DateTimeField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("holds_at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("units", models.PositiveIntegerField()),
                ("submitted", models.PositiveIntegerField()),
                ("declared", models.PositiveIntegerField()),
                ("named", models.PositiveIntegerField()),
                ("points", models.PositiveIntegerField()),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="freezes", to="invitations.meeting")),
            ],
            options={"verbose_name": "bản chốt", "verbose_name_plural": "bản chốt", "ordering": ["-number"]},
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.UniqueConstraint(fields=("meeting", "number"), name="freezes_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("holds_at__gte", models.F("as_of"))), name="a_freeze_holds_from_its_moment"
            ),
        ),
        migrations.CreateModel(
            name="BoardDownload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="Lúc")),
                ("kind", models.CharField(max_length=4, verbose_name="Tệp")),
                ("narrowed", models.CharField(blank=True, max_length=300, verbose_name="Lọc")),
                ("rows", models.PositiveIntegerField(verbose_name="Số dòng")),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="invitations.meeting")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="Người tải")),
            ],
            options={
                "verbose_name": "lượt tải từ bảng",
                "verbose_name_plural": "lượt tải từ bảng",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS + FILL, UNDONE),
    ]
