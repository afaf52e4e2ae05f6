
import accounts.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0004_letter_out'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='contact_email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='Thư điện tử đầu mối'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='contact_name',
            field=accounts.fields.LineField(blank=True, max_length=120, verbose_name='Đầu mối của đơn vị'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='contact_phone',
            field=accounts.fields.PhoneField(blank=True, default='', max_length=11, verbose_name='Điện thoại đầu mối'),
        ),
    ]
