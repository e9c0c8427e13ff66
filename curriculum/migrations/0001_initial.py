
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accelerator', '0001_initial'),
        ('cities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProgramVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('name', models.JSONField(help_text='By language.')),
                ('digest', models.CharField(blank=True, help_text='SHA-256 of the content as loaded.', max_length=64)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('weeks', models.PositiveSmallIntegerField(default=26)),
            ],
            options={
                'ordering': ['slug', '-number'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('slug', 'number'), name='program_version_once')],
            },
        ),
        migrations.CreateModel(
            name='ProgramItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60)),
                ('kind', models.CharField(choices=[('onboarding', 'onboarding'), ('convening', 'convening'), ('visit', 'in-city visit'), ('keynote', 'keynote'), ('workshop', 'workshop'), ('coaching', 'coaching'), ('peer', 'peer sharing'), ('deliverable', 'deliverable'), ('mayor', "mayor's moment"), ('staff', 'staff'), ('break', 'break'), ('review', 'review'), ('close', 'close and follow-up')], max_length=20)),
                ('role', models.CharField(blank=True, choices=[('outcomes', 'The mayor names the outcomes'), ('sign_off', 'The mayor signs the strategy')], db_default='', default='', help_text='Blank for most; at most one entry of a version has a role.', max_length=20)),
                ('week', models.PositiveSmallIntegerField()),
                ('weekday', models.PositiveSmallIntegerField(default=0, help_text='0 is Monday.')),
                ('days', models.PositiveSmallIntegerField(default=1)),
                ('at', models.TimeField(blank=True, help_text="Wall time in the cohort's zone.", null=True)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('titles', models.JSONField()),
                ('notes', models.JSONField(default=dict)),
                ('sections', models.JSONField(default=list, help_text='Keys of the strategy sections that it serves.')),
                ('in_person', models.BooleanField(default=False)),
                ('audience', models.CharField(default='team', max_length=10)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='curriculum.programversion')),
            ],
            options={
                'ordering': ['version', 'week', 'weekday', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RubricVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('name', models.JSONField(help_text='By language.')),
                ('digest', models.CharField(blank=True, help_text='SHA-256 of the content as loaded.', max_length=64)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['slug', '-number'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('slug', 'number'), name='rubric_version_once')],
            },
        ),
        migrations.CreateModel(
            name='RubricCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=6)),
                ('position', models.PositiveSmallIntegerField()),
                ('component', models.CharField(max_length=20)),
                ('titles', models.JSONField()),
                ('levels', models.JSONField(help_text='Four texts by language.')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='curriculum.rubricversion')),
            ],
            options={
                'verbose_name_plural': 'rubric criteria',
                'ordering': ['version', 'position'],
            },
        ),
        migrations.CreateModel(
            name='CohortProgram',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cohort', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='accelerator.cohort')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='curriculum.programversion')),
                ('rubric', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='curriculum.rubricversion')),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('at', models.TimeField()),
                ('time_zone', models.CharField(max_length=64, validators=[accelerator.models.validate_zone])),
                ('minutes', models.PositiveSmallIntegerField(default=90)),
                ('starts_at', models.DateTimeField(editable=False)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accelerator.cohort')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='curriculum.programitem')),
            ],
            options={
                'ordering': ['starts_at'],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('expected', 'expected'), ('attended', 'attended'), ('excused', 'excused'), ('recording', 'watched the recording'), ('missed', 'missed')], default='expected', max_length=10)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='curriculum.session')),
            ],
        ),
        migrations.CreateModel(
            name='TargetFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=6)),
                ('titles', models.JSONField()),
                ('examples', models.JSONField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='target_families', to='curriculum.programversion')),
            ],
            options={
                'verbose_name_plural': 'target families',
                'ordering': ['version', 'code'],
            },
        ),
        migrations.AddConstraint(
            model_name='programitem',
            constraint=models.UniqueConstraint(fields=('version', 'key'), name='program_item_once'),
        ),
        migrations.AddConstraint(
            model_name='programitem',
            constraint=models.UniqueConstraint(condition=models.Q(('role', ''), _negated=True), fields=('version', 'role'), name='program_item_role_once'),
        ),
        migrations.AddConstraint(
            model_name='programitem',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 1), ('week__gte', 1), ('weekday__lte', 6)), name='program_item_offset'),
        ),
        migrations.AddConstraint(
            model_name='rubriccriterion',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='criterion_once'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('cohort', 'item'), name='session_once'),
        ),
        migrations.AddConstraint(
            model_name='attendance',
            constraint=models.UniqueConstraint(fields=('city', 'session', 'user'), name='attendance_once'),
        ),
        migrations.AddConstraint(
            model_name='targetfamily',
            constraint=models.UniqueConstraint(fields=('version', 'code'), name='target_family_once'),
        ),
    ]
