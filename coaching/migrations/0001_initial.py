
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accelerator.models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cities', '0001_initial'),
        ('strategy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CoachingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('session', 'coaching session'), ('visit', 'in-city visit')], default='session', max_length=10, verbose_name='kind')),
                ('title', models.CharField(max_length=160, verbose_name='what it was about')),
                ('on', models.DateField(verbose_name='date')),
                ('at', models.TimeField(verbose_name='time')),
                ('time_zone', models.CharField(max_length=64, validators=[accelerator.models.validate_zone])),
                ('minutes', models.PositiveSmallIntegerField(default=60, verbose_name='minutes')),
                ('starts_at', models.DateTimeField(editable=False)),
                ('others', models.CharField(blank=True, max_length=300, verbose_name='others present')),
                ('logged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('logged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-starts_at'],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='coaching.coachingsession')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='coachingsession',
            name='people',
            field=models.ManyToManyField(related_name='+', through='coaching.Presence', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='PrivateNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('html', models.TextField(blank=True, default='')),
                ('revision', models.PositiveIntegerField(default=0)),
                ('words', models.PositiveIntegerField(default=0)),
                ('written_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('claim_seen_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='private_note', to='coaching.coachingsession')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PrivateNoteDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.PositiveIntegerField()),
                ('html', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='coaching.privatenote')),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PrivateNoteRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('html', models.TextField(blank=True)),
                ('words', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('save', 'written'), ('restore', 'restored'), ('import', 'imported'), ('clear', 'cleared')], default='save', max_length=10)),
                ('author_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='coaching.privatenote')),
            ],
            options={
                'ordering': ['-number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SharedNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('html', models.TextField(blank=True, default='')),
                ('revision', models.PositiveIntegerField(default=0)),
                ('words', models.PositiveIntegerField(default=0)),
                ('written_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('claim_seen_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='shared_note', to='coaching.coachingsession')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SharedNoteDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.PositiveIntegerField()),
                ('html', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='coaching.sharednote')),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SharedNoteRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('html', models.TextField(blank=True)),
                ('words', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('save', 'written'), ('restore', 'restored'), ('import', 'imported'), ('clear', 'cleared')], default='save', max_length=10)),
                ('author_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='coaching.sharednote')),
            ],
            options={
                'ordering': ['-number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=240, verbose_name='commitment')),
                ('due_on', models.DateField(verbose_name='due')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cities.city')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='strategy.section', verbose_name='section')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='coaching.coachingsession')),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(fields=['city', 'due_on'], name='coaching_co_city_id_e7840a_idx')],
            },
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(fields=('city', 'session', 'user'), name='presence_once'),
        ),
        migrations.AddIndex(
            model_name='coachingsession',
            index=models.Index(fields=['city', '-starts_at'], name='coaching_co_city_id_9dab99_idx'),
        ),
        migrations.AddConstraint(
            model_name='coachingsession',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 1440)), name='session_minutes'),
        ),
        migrations.AddConstraint(
            model_name='privatenoterevision',
            constraint=models.UniqueConstraint(fields=('city', 'text', 'number'), name='private_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='sharednoterevision',
            constraint=models.UniqueConstraint(fields=('city', 'text', 'number'), name='shared_revision_once'),
        ),
    ]
