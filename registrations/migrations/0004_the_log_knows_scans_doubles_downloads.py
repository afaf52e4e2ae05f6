from django.db import migrations, models


class Migration(migrations.Migration):
    """What else is written down in the record of changes."""

    dependencies = [("registrations", "0003_a_list_is_kept_as_it_was_written")]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("headcount", "số lượng"),
                    ("point", "điểm cầu"),
                    ("added", "thêm đại biểu"),
                    ("changed", "sửa đại biểu"),
                    ("removed", "xóa đại biểu"),
                    ("submitted", "gửi đăng ký"),
                    ("returned", "trả lại"),
                    ("extended", "gia hạn"),
                    ("asked", "xin gia hạn"),
                    ("refused", "không cho gia hạn"),
                    ("scan", "đính kèm bản ký"),
                    ("unscan", "xóa bản ký"),
                    ("paired", "xem tên trùng"),
                    ("taken", "tải tệp về"),
                ],
                max_length=10,
            ),
        ),
    ]
