
import accounts.fields
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_leaders_of_units'),
        ('invitations', '0005_a_unit_names_its_contact'),
        ('reminders', '0002_letters_by_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ZaloToken',
            fields=[
                ('app_id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('seed', models.CharField(editable=False, max_length=64)),
                ('access_token', models.TextField(editable=False)),
                ('refresh_token', models.TextField(editable=False)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'khóa Zalo',
                'verbose_name_plural': 'khóa Zalo',
            },
        ),
        migrations.AddField(
            model_name='reminder',
            name='asked_why',
            field=models.CharField(blank=True, max_length=300, verbose_name='Lý do gửi lại'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='delivered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='Đến máy lúc'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='gateway_id',
            field=models.CharField(blank=True, max_length=80, verbose_name='Mã của cổng nhắn tin'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='instead_of',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='taken_over_by', to='reminders.reminder'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='level',
            field=models.CharField(blank=True, max_length=8, verbose_name='Cấp nhận'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='channel',
            field=models.CharField(choices=[('mail', 'Thư điện tử'), ('sms', 'Tin nhắn SMS'), ('zalo', 'Zalo'), ('portal', 'Trên cổng'), ('call', 'Gọi điện')], default='mail', max_length=8, verbose_name='Cách gửi'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='kind',
            field=models.CharField(choices=[('before', 'Sắp đến hạn'), ('overdue', 'Quá hạn'), ('digest', 'Tổng hợp cho văn phòng'), ('by_hand', 'Văn phòng nhắc'), ('letter', 'Giấy mời'), ('change', 'Thay đổi, hoãn, hủy'), ('linetest', 'Sắp chạy thử đường truyền'), ('session', 'Sắp khai mạc'), ('report', 'Báo cáo kết quả')], max_length=8, verbose_name='Loại'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='objection',
            field=models.CharField(blank=True, choices=[('answered', 'Đơn vị đã gửi đăng ký'), ('declined', 'Đơn vị báo không tham dự'), ('newer', 'Đã có bản giấy mời mới hơn'), ('superseded', 'Đã qua mốc này, lần nhắc sau thay thế'), ('moved', 'Hạn đã thay đổi'), ('not_open', 'Hội nghị không nhận đăng ký'), ('not_called', 'Đơn vị không còn trong danh sách mời'), ('withdrawn', 'Văn phòng hủy lần nhắc này'), ('limit', 'Người nhận đã đủ số lần nhắc trong ngày'), ('tested', 'Các điểm cầu đã thử tốt'), ('other_way', 'Đã gửi bằng cách khác')], max_length=12, verbose_name='Vì sao không gửi'),
        ),
        migrations.AlterField(
            model_name='reminderattempt',
            name='outcome',
            field=models.CharField(choices=[('started', 'Đang gửi'), ('sent', 'Máy chủ gửi đã nhận'), ('refused', 'Máy chủ gửi từ chối'), ('later', 'Máy chủ gửi hẹn gửi lại sau'), ('unreachable', 'Không kết nối được máy chủ gửi'), ('blocked', 'Cổng gửi từ chối khóa, số dư hoặc tên thương hiệu'), ('unknown', 'Mất liên lạc, chưa rõ đã đi'), ('skipped', 'Chưa gửi, hỏi lại rồi gửi sau')], default='started', max_length=12, verbose_name='Kết quả'),
        ),
        migrations.AlterField(
            model_name='reminderattempt',
            name='detail',
            field=models.CharField(blank=True, max_length=300, verbose_name='Trả lời của máy chủ'),
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('called_at', models.DateTimeField(verbose_name='Lúc')),
                ('to_name', accounts.fields.LineField(blank=True, max_length=120, verbose_name='Người nghe')),
                ('phone', accounts.fields.PhoneField(blank=True, default='', max_length=11, verbose_name='Số máy')),
                ('result', models.CharField(choices=[('promised', 'Sẽ gửi đăng ký'), ('told', 'Đã nhắc, chưa hẹn'), ('silent', 'Không nghe máy'), ('wrong', 'Sai số')], max_length=8, verbose_name='Kết quả')),
                ('note', accounts.fields.LineField(blank=True, max_length=300, verbose_name='Ghi chú')),
                ('key', models.UUIDField(editable=False, unique=True)),
                ('called_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='invitations.meeting')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='accounts.unit')),
            ],
            options={
                'verbose_name': 'cuộc gọi',
                'verbose_name_plural': 'cuộc gọi',
                'ordering': ['-called_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ChannelState',
            fields=[
                ('channel', models.CharField(choices=[('mail', 'Thư điện tử'), ('sms', 'Tin nhắn SMS'), ('zalo', 'Zalo'), ('portal', 'Trên cổng'), ('call', 'Gọi điện')], max_length=8, primary_key=True, serialize=False, verbose_name='Cách gửi')),
                ('red_since', models.DateTimeField(blank=True, null=True, verbose_name='Không gửi được từ')),
                ('why', models.CharField(blank=True, max_length=300, verbose_name='Vì sao')),
                ('try_again_at', models.DateTimeField(blank=True, null=True, verbose_name='Thử lại lúc')),
                ('faults', models.PositiveIntegerField(default=0, verbose_name='Lỗi liên tiếp')),
            ],
            options={
                'verbose_name': 'tình trạng cách gửi',
                'verbose_name_plural': 'tình trạng cách gửi',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('red_since__isnull', True), ('why', '')), models.Q(('red_since__isnull', False), models.Q(('why', ''), _negated=True)), _connector='OR'), name='a_red_channel_says_why')],
            },
        ),
        migrations.CreateModel(
            name='DeliveryReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='Lúc')),
                ('delivered', models.BooleanField(null=True, verbose_name='Đã đến máy')),
                ('code', models.CharField(max_length=40, verbose_name='Mã của nhà mạng')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='Nguyên văn')),
                ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delivery_reports', to='reminders.reminder')),
            ],
            options={
                'verbose_name': 'báo phát',
                'verbose_name_plural': 'báo phát',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quiet_from', models.TimeField(default=datetime.time(21, 0), verbose_name='Không gửi từ')),
                ('quiet_until', models.TimeField(default=datetime.time(6, 0), verbose_name='Gửi lại từ')),
                ('office_from', models.TimeField(default=datetime.time(7, 0), verbose_name='Giờ làm việc từ')),
                ('office_until', models.TimeField(default=datetime.time(17, 0), verbose_name='Giờ làm việc đến')),
                ('most_a_day', models.PositiveSmallIntegerField(default=6, verbose_name='Nhiều nhất mỗi người một ngày')),
                ('digest_at', django.contrib.postgres.fields.ArrayField(base_field=models.TimeField(), blank=True, default=list, size=None, verbose_name='Giờ gửi tổng hợp')),
                ('paused_at', models.DateTimeField(blank=True, null=True, verbose_name='Tạm dừng lúc')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_policy', to='invitations.meeting')),
                ('paused_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'kế hoạch nhắc',
                'verbose_name_plural': 'kế hoạch nhắc',
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('anchor', models.CharField(choices=[('deadline', 'Hạn đăng ký của đơn vị'), ('linetest', 'Giờ chạy thử đường truyền'), ('session', 'Giờ bắt đầu buổi đầu tiên'), ('end', 'Kết thúc hội nghị')], default='deadline', max_length=8, verbose_name='Tính từ')),
                ('offset', models.DurationField(help_text='Âm: trước giờ ấy; dương: sau giờ ấy.', verbose_name='Cách')),
                ('every', models.DurationField(blank=True, null=True, verbose_name='Lặp lại mỗi')),
                ('times', models.PositiveSmallIntegerField(default=1, verbose_name='Nhiều nhất mấy lần')),
                ('in_office_hours', models.BooleanField(default=False, verbose_name='Chỉ trong giờ làm việc')),
                ('to', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('contact', 'Đầu mối của đơn vị'), ('leader', 'Lãnh đạo đơn vị'), ('above', 'Cấp trên của đơn vị')], max_length=8), size=None, verbose_name='Gửi cho')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('mail', 'Thư điện tử'), ('sms', 'Tin nhắn SMS'), ('zalo', 'Zalo'), ('portal', 'Trên cổng'), ('call', 'Gọi điện')], max_length=8), help_text='Cách đầu tiên có địa chỉ và đang hoạt động; không được thì dùng cách sau.', size=None, verbose_name='Cách gửi, theo thứ tự')),
                ('subject', accounts.fields.LineField(max_length=200, verbose_name='Tiêu đề')),
                ('body', accounts.fields.ParagraphField(max_length=4000, verbose_name='Nội dung')),
                ('active', models.BooleanField(default=True, verbose_name='Đang dùng')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='reminders.policy')),
            ],
            options={
                'verbose_name': 'mốc nhắc',
                'verbose_name_plural': 'mốc nhắc',
                'ordering': ['anchor', 'offset', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='reminder',
            name='step',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reminders', to='reminders.step'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('gateway_id', ''), _negated=True), fields=['gateway_id'], name='reminders_by_gateway'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['meeting', 'unit', '-called_at'], name='calls_to_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='deliveryreport',
            constraint=models.UniqueConstraint(fields=('reminder', 'code'), name='one_report_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('office_from__lt', models.F('office_until'))), name='office_hours_run_forward', violation_error_message='Giờ làm việc phải kết thúc sau khi bắt đầu.'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('most_a_day__gte', 1)), name='a_day_has_room_for_one', violation_error_message='Mỗi ngày ít nhất một lần; muốn dừng hẳn, bấm Tạm dừng.'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('policy', 'anchor', 'offset'), name='one_step_per_moment', violation_error_message='Kế hoạch đã có một mốc vào đúng lúc này.'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('every__isnull', True), ('times', 1)), models.Q(('every__gte', datetime.timedelta(seconds=600)), ('times__gte', 2)), _connector='OR'), name='what_repeats_says_how_often', violation_error_message='Mốc lặp lại phải cách ít nhất 10 phút và ghi rõ nhiều nhất mấy lần.'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('channels__len__gte', 1), ('to__len__gte', 1)), name='a_step_reaches_somebody_somehow', violation_error_message='Chọn ít nhất một người nhận và một cách gửi.'),
        ),
    ]
