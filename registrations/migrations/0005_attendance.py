import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who or how many came to a session at a point, and everything that was ever reported of it."""

    dependencies = [
        ("bridge_points", "0003_the_line_desk_checks_and_incidents"),
        ("invitations", "0006_letter_has_a_form"),
        ("registrations", "0004_the_log_knows_scans_doubles_downloads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendanceEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("device", models.UUIDField()),
                ("age", models.FloatField()),
                ("made_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("present", models.PositiveIntegerField()),
                ("excused", models.PositiveIntegerField()),
                ("absent", models.PositiveIntegerField()),
                ("counted", models.BooleanField(default=False)),
                ("base", models.PositiveIntegerField(default=0)),
                ("applied", models.BooleanField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registrations.communelink",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="bridge_points.bridgepoint",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="invitations.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "lần báo điểm danh",
                "verbose_name_plural": "lần báo điểm danh",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("present", models.PositiveIntegerField(verbose_name="Có mặt")),
                ("excused", models.PositiveIntegerField(verbose_name="Vắng có phép")),
                ("absent", models.PositiveIntegerField(verbose_name="Vắng không phép")),
                ("counted", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField(verbose_name="Ghi lúc")),
                ("arrived_at", models.DateTimeField(verbose_name="Nhận lúc")),
                ("device", models.UUIDField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="bridge_points.bridgepoint",
                        verbose_name="Điểm cầu",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="invitations.session",
                        verbose_name="Buổi",
                    ),
                ),
                (
                    "crossed",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registrations.attendanceentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "điểm danh",
                "verbose_name_plural": "điểm danh",
            },
        ),
        migrations.CreateModel(
            name="AttendanceMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("device", models.UUIDField()),
                ("age", models.FloatField()),
                ("made_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "Có mặt"),
                            ("excused", "Vắng có phép"),
                            ("absent", "Vắng không phép"),
                            ("cleared", "Chưa điểm danh"),
                        ],
                        max_length=8,
                    ),
                ),
                ("scanned", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "delegate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="marks",
                        to="registrations.delegate",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registrations.communelink",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="bridge_points.bridgepoint",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="invitations.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "điểm danh đại biểu",
                "verbose_name_plural": "điểm danh đại biểu",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="attendanceentry",
            index=models.Index(fields=["session", "point", "-made_at"], name="attendance_entries"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                fields=("session", "point"), name="one_attendance_per_session_and_point"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("present__lte", 5000), ("excused__lte", 5000), ("absent__lte", 5000)),
                name="attendance_is_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("made_at__lte", models.F("arrived_at"))),
                name="attendance_is_made_before_it_arrives",
            ),
        ),
        migrations.AddIndex(
            model_name="attendancemark",
            index=models.Index(fields=["session", "point", "delegate", "-made_at"], name="marks_of_a_point"),
        ),
        migrations.AddIndex(
            model_name="attendancemark",
            index=models.Index(fields=["session", "delegate"], name="marks_of_a_delegate"),
        ),
    ]
