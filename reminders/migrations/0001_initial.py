
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accelerator', '0001_initial'),
        ('cities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('occurrence', models.CharField(help_text='Which time, such as 2026-01-30 T-7.', max_length=60)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='Not sent after this: a stale reminder misleads.')),
                ('planned_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('send_now_at', models.DateTimeField(blank=True, help_text='Staff pressed “send now”, once.', null=True)),
                ('skipped_at', models.DateTimeField(blank=True, null=True)),
                ('why', models.CharField(blank=True, help_text='Why it was skipped: a value of Why.', max_length=20)),
                ('city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('email', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='dues', to='accelerator.email')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('email', None), ('skipped_at', None)), fields=['due_at'], name='due_planned'), models.Index(fields=['city', '-due_at'], name='reminders_d_city_id_59a059_idx'), models.Index(fields=['expires_at'], name='due_expires'), models.Index(fields=['-due_at', '-id'], name='due_newest')],
                'constraints': [models.UniqueConstraint(fields=('rule', 'object_id', 'person', 'occurrence'), name='due_once')],
            },
        ),
    ]
