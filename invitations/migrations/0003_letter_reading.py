"""Letters that are dropped in: the file, what was read in it, what a person decided."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import invitations.models.reading


class Migration(migrations.Migration):
    """Make the table."""

    dependencies = [
        ("invitations", "0002_meeting_code_is_unique"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file", models.FileField(upload_to=invitations.models.reading._letter_name)),
                ("name", models.CharField(max_length=200, verbose_name="Tên tệp")),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("text", models.TextField(verbose_name="Nội dung")),
                ("answer", models.JSONField(verbose_name="Kết quả đọc")),
                ("places", models.JSONField(verbose_name="Chỗ trong văn bản")),
                ("decisions", models.JSONField(blank=True, default=dict, verbose_name="Đã quyết định")),
                ("ticked", models.JSONField(blank=True, default=list, verbose_name="Chỗ nghi ngờ đã xem")),
                ("seen", models.JSONField(blank=True, default=dict, verbose_name="Nhóm đã xem")),
                ("read_at", models.DateTimeField()),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="letters_read",
                        to="invitations.meeting",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "giấy mời đã đọc",
                "verbose_name_plural": "giấy mời đã đọc",
                "ordering": ["-read_at", "-pk"],
            },
        ),
    ]
