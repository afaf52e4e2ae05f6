from django.db import migrations, models


class Migration(migrations.Migration):
    """What was read in a list becomes text; what was JSON before is one line of it."""

    dependencies = [("registrations", "0002_desk")]

    operations = [
        migrations.AlterField(
            model_name="rosterupload",
            name="read",
            field=models.TextField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE registrations_rosterupload SET read = '' WHERE read IS NULL", migrations.RunSQL.noop
        ),
        migrations.AlterField(
            model_name="rosterupload",
            name="read",
            field=models.TextField(blank=True, verbose_name="Kết quả đọc"),
        ),
    ]
