
import uuid

import django.contrib.messages.storage.cookie
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accelerator.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('city_id', models.BigIntegerField(db_index=True, null=True)),
                ('verb', models.CharField(max_length=60)),
                ('kind', models.CharField(blank=True, max_length=60)),
                ('object_id', models.CharField(blank=True, max_length=40)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('data', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('sort_name', models.CharField(editable=False, max_length=120)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish'), ('pt-br', 'Portuguese')], default='en', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[accelerator.models.validate_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['sort_name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('kickoff', models.DateField(help_text='The Monday of week 1.', verbose_name='kick-off')),
                ('weeks', models.PositiveSmallIntegerField(default=26, verbose_name='weeks')),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[accelerator.models.validate_zone], verbose_name='time zone')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='replies go to')),
                ('live_at', models.DateTimeField(blank=True, null=True, verbose_name='live since')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['-kickoff', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weeks__gte', 1), ('weeks__lte', 104)), name='cohort_weeks')],
            },
        ),
        migrations.CreateModel(
            name='Email',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('sign-in', 'sign-in code'), ('step-up', 'confirmation code'), ('invitation', 'invitation'), ('daily', 'daily email')], max_length=20)),
                ('state', models.CharField(choices=[('queued', 'queued'), ('claimed', 'being sent'), ('sent', 'sent'), ('skipped', 'skipped'), ('failed', 'failed'), ('unknown', 'unknown')], default='queued', max_length=10)),
                ('reason', models.CharField(blank=True, help_text="Why it was skipped, or the server's answer.", max_length=200)),
                ('to', models.EmailField(max_length=254)),
                ('city_id', models.BigIntegerField(blank=True, null=True)),
                ('day', models.DateField(blank=True, help_text="Of a daily email, in the person's zone.", null=True)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='How often the server has said “not now”.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='emails', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['-created_at', '-id'], name='email_newest'), models.Index(condition=models.Q(('state', 'queued')), fields=['created_at'], name='email_queued'), models.Index(condition=models.Q(('state', 'claimed')), fields=['claimed_at'], name='email_claimed'), models.Index(condition=models.Q(('kind', 'daily'), ('state', 'sent')), fields=['-sent_at'], name='email_daily_sent'), models.Index(condition=models.Q(('state__in', ['failed', 'unknown'])), fields=['-created_at', '-id'], name='email_trouble')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'claimed', 'sent', 'unknown'])), fields=('person', 'day'), name='email_daily_once'), models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('kind', 'daily')), models.Q(models.Q(('kind', 'daily'), _negated=True), ('day', None)), _connector='OR'), name='email_daily_day')],
            },
        ),
        migrations.CreateModel(
            name='StepUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(help_text="What it confirms, with the object's identity.", max_length=120)),
                ('digest', models.CharField(help_text='Salted hash of the code.', max_length=128)),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at'],
                'indexes': [models.Index(fields=['person', 'purpose', '-sent_at'], name='accelerator_person__d3e8e2_idx')],
            },
        ),
        migrations.CreateModel(
            name='SentForm',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('url', models.TextField(blank=True)),
                ('messages', models.JSONField(decoder=django.contrib.messages.storage.cookie.MessageDecoder, default=list, encoder=django.contrib.messages.storage.cookie.MessageEncoder)),
            ],
        ),
    ]
