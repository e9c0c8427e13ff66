
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Envelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text="In the person's zone.")),
                ('urgent', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('claimed', 'being sent'), ('waiting', 'waiting for another try'), ('sent', 'sent'), ('failed', 'failed'), ('unknown', 'unknown')], default='claimed', max_length=10)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(blank=True)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='How often the server said “not now”.')),
                ('claimed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-claimed_at'],
            },
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('occurrence', models.CharField(help_text='Which time, such as 2026-01-30 T-7.', max_length=60)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='Not sent after this: a stale reminder misleads.')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('claimed', 'being sent'), ('sent', 'sent'), ('skipped', 'skipped'), ('failed', 'failed'), ('unknown', 'unknown')], default='planned', max_length=10)),
                ('reason', models.CharField(blank=True, help_text="A value of Why, or the server's words.", max_length=200)),
                ('planned_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('send_now_at', models.DateTimeField(blank=True, help_text='Staff pressed “send now”, once.', null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('envelope', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='dues', to='reminders.envelope')),
            ],
            options={
                'ordering': ['due_at', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='envelope',
            index=models.Index(condition=models.Q(('state', 'claimed')), fields=['claimed_at'], name='envelope_claimed'),
        ),
        migrations.AddIndex(
            model_name='envelope',
            index=models.Index(condition=models.Q(('state', 'sent')), fields=['-sent_at'], name='envelope_sent'),
        ),
        migrations.AddConstraint(
            model_name='envelope',
            constraint=models.UniqueConstraint(condition=models.Q(('urgent', False)), fields=('person', 'day'), name='envelope_one_a_day'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['due_at'], name='due_planned'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(fields=['city', '-due_at'], name='reminders_d_city_id_59a059_idx'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(fields=['expires_at'], name='due_expires'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(fields=['-due_at', '-id'], name='due_newest'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(condition=models.Q(('state__in', ['failed', 'unknown'])), fields=['-due_at', '-id'], name='due_trouble'),
        ),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.UniqueConstraint(fields=('rule', 'object_id', 'person', 'occurrence'), name='due_once'),
        ),
    ]
