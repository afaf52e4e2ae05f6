from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bridge_points", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="linetest",
            name="key",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
    ]
