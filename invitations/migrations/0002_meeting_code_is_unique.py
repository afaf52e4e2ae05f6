import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="meeting",
            name="code",
            field=models.CharField(
                help_text="Đứng đầu mã biên nhận của mọi đơn vị, ví dụ HT23.",
                max_length=12,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Z0-9]+$", "Mã chỉ gồm chữ in hoa không dấu và chữ số, ví dụ HT23."
                    )
                ],
                verbose_name="Mã biên nhận",
            ),
        ),
    ]
