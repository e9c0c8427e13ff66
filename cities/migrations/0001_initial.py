
import datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accelerator.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accelerator', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='City',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('sort_name', models.CharField(editable=False, max_length=120)),
                ('slug', models.SlugField(max_length=140, unique=True)),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('region', models.CharField(blank=True, max_length=120, verbose_name='region')),
                ('geoname_id', models.PositiveIntegerField(blank=True, null=True, unique=True)),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population')),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('time_zone', models.CharField(default='America/New_York', max_length=64, validators=[accelerator.models.validate_zone], verbose_name='time zone')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish'), ('pt-br', 'Portuguese')], default='en', max_length=10, verbose_name='language of record')),
                ('paper', models.CharField(choices=[('letter', 'Letter'), ('a4', 'A4')], default='letter', max_length=10, verbose_name='paper')),
                ('fiscal_year_start', models.PositiveSmallIntegerField(default=1, verbose_name='fiscal year starts in month')),
                ('delegate_decides', models.BooleanField(default=False, verbose_name="the mayor's delegate may decide on the mayor's behalf")),
                ('outcomes', models.JSONField(blank=True, default=list, verbose_name="the mayor's outcomes")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name_plural': 'cities',
                'ordering': ['sort_name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('fiscal_year_start__gte', 1), ('fiscal_year_start__lte', 12)), name='city_fiscal_month')],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text="The city's slug, readable before a scope is open.", max_length=140)),
                ('time_zone', models.CharField(help_text="The city's, as the slug is. A foreign key keeps it so.", max_length=64)),
                ('joined_on', models.DateField(default=datetime.date.today)),
                ('left_on', models.DateField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cities.city')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accelerator.cohort')),
            ],
        ),
        migrations.CreateModel(
            name='CoachAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(default=datetime.date.today)),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.enrollment')),
            ],
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('strategy-pdf', 'Strategy as PDF'), ('strategy-docx', 'Strategy as Word document'), ('strategy-json', 'Strategy as data (JSON)'), ('plan-xlsx', 'Action plan as spreadsheet'), ('version-pdf', 'Submitted version as PDF'), ('publication', 'Files of the published strategy')], max_length=30)),
                ('options', models.JSONField(default=dict, help_text="What exactly is made, a version's number for instance.")),
                ('state', models.CharField(choices=[('queued', 'waiting to start'), ('running', 'being made'), ('done', 'ready'), ('failed', 'not made')], default='queued', max_length=10)),
                ('step', models.CharField(blank=True, max_length=40)),
                ('progress', models.PositiveSmallIntegerField(default=0, help_text='Percent of the steps done.')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('report', models.JSONField(default=list, help_text='Blocks that were dropped or degraded, a sentence each.')),
                ('file', models.CharField(blank=True, help_text='Name in the media storage.', max_length=200)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.PositiveIntegerField(default=0, help_text='Bytes.')),
                ('pages', models.PositiveIntegerField(default=0)),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('worker', models.CharField(blank=True, max_length=100)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-requested_at'],
            },
        ),
        migrations.CreateModel(
            name='FunderGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accelerator.cohort')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('program_admin', 'program admin'), ('coach', 'coach'), ('city_lead', 'city lead'), ('city_member', 'city member'), ('mayor', 'mayor'), ('mayors_delegate', "mayor's delegate"), ('guest_reviewer', 'guest reviewer'), ('funder', 'funder viewer')], max_length=20)),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('cohort', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='accelerator.cohort')),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('city_lead', 'city lead'), ('city_member', 'city member'), ('mayor', 'mayor'), ('mayors_delegate', "mayor's delegate"), ('guest_reviewer', 'guest reviewer')], max_length=20, verbose_name='role')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='position')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='StaffRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('program_admin', 'program admin'), ('coach', 'coach')], max_length=20)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200, verbose_name='question')),
                ('context', models.CharField(max_length=400, verbose_name='what it is about')),
                ('options', models.JSONField(default=list, verbose_name='options')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_on', models.DateField(verbose_name='needed by')),
                ('chosen', models.CharField(blank=True, max_length=200)),
                ('comment', models.CharField(blank=True, max_length=1000, verbose_name='comment')),
                ('decided_as', models.CharField(blank=True, choices=[('program_admin', 'program admin'), ('coach', 'coach'), ('city_lead', 'city lead'), ('city_member', 'city member'), ('mayor', 'mayor'), ('mayors_delegate', "mayor's delegate"), ('guest_reviewer', 'guest reviewer'), ('funder', 'funder viewer')], max_length=20)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at'],
                'indexes': [models.Index(fields=['city', 'due_on'], name='cities_deci_city_id_633a4c_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('chosen', ''), ('decided_as', ''), ('decided_at', None)), models.Q(models.Q(('decided_at', None), _negated=True), models.Q(('chosen', ''), _negated=True)), _connector='OR'), name='decision_whole')],
            },
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['slug'], name='cities_enro_slug_50371f_idx'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(fields=('cohort', 'city'), name='enrollment_once'),
        ),
        migrations.AddConstraint(
            model_name='coachassignment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='assignment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='coachassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('city', 'enrollment', 'user'), name='assignment_open_once'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(fields=['city', '-requested_at'], name='cities_expo_city_id_66c164_idx'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['heartbeat_at'], name='export_open'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='export_done_has_file'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='export_failed_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='export_progress_percent'),
        ),
        migrations.AddConstraint(
            model_name='fundergrant',
            constraint=models.UniqueConstraint(fields=('cohort', 'user'), name='grant_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('city', 'user'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['city_lead', 'city_member', 'mayor', 'mayors_delegate', 'guest_reviewer'])), name='membership_role'),
        ),
        migrations.AddConstraint(
            model_name='staffrole',
            constraint=models.UniqueConstraint(fields=('user', 'role'), name='staff_role_once'),
        ),
        migrations.AddConstraint(
            model_name='staffrole',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['program_admin', 'coach'])), name='staff_role'),
        ),
    ]
