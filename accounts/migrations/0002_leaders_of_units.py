
import accounts.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='unit',
            name='leader_email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='Thư điện tử của lãnh đạo'),
        ),
        migrations.AddField(
            model_name='unit',
            name='leader_name',
            field=accounts.fields.LineField(blank=True, max_length=120, verbose_name='Lãnh đạo phụ trách'),
        ),
        migrations.AddField(
            model_name='unit',
            name='leader_phone',
            field=accounts.fields.PhoneField(blank=True, default='', max_length=11, verbose_name='Điện thoại của lãnh đạo'),
        ),
    ]
