import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accelerator", "0001_initial"),
        ("cities", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TemplateSection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                ("number", models.CharField(help_text="As printed.", max_length=6)),
                (
                    "component",
                    models.CharField(
                        choices=[
                            ("front", "Front matter"),
                            ("governance", "Data governance"),
                            ("quality", "Data quality"),
                            ("use", "Data use"),
                            ("transparency", "Transparency"),
                            ("enablers", "Enablers"),
                            ("plan", "Action plan"),
                        ],
                        max_length=20,
                    ),
                ),
                ("required", models.BooleanField(default=False)),
                ("words_min", models.PositiveIntegerField(blank=True, null=True)),
                ("words_max", models.PositiveIntegerField(blank=True, null=True)),
                ("due_week", models.PositiveSmallIntegerField(help_text="Program week; due on its Friday.")),
                ("titles", models.JSONField()),
                ("purposes", models.JSONField()),
                ("prompts", models.JSONField(help_text="A list of questions by language.")),
                ("goods", models.JSONField(help_text="What good looks like, by language.")),
                ("parts", models.JSONField(default=list, help_text="Named parts with prompts of their own.")),
            ],
            options={
                "ordering": ["version", "position"],
            },
        ),
        migrations.CreateModel(
            name="Strategy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("city", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "cohort",
                    models.ForeignKey(
                        help_text="Whose calendar the due dates follow.",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accelerator.cohort",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "strategies",
            },
        ),
        migrations.CreateModel(
            name="Section",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("html", models.TextField(blank=True, default="")),
                ("revision", models.PositiveIntegerField(default=0)),
                ("words", models.PositiveIntegerField(default=0)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("claim_seen_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.SlugField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not_started", "not started"),
                            ("drafting", "drafting"),
                            ("in_review", "in coach review"),
                            ("changes_suggested", "changes suggested"),
                            ("reviewed", "reviewed"),
                            ("final", "final"),
                        ],
                        default="not_started",
                        max_length=20,
                    ),
                ),
                ("state_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField()),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "strategy",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="strategy.strategy"),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="strategy.templatesection"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("number", models.PositiveIntegerField()),
                ("name", models.JSONField(help_text="By language.")),
                (
                    "digest",
                    models.CharField(
                        blank=True, help_text="SHA-256 of the content as loaded.", max_length=64
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["slug", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("slug", "number"), name="template_version_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="templatesection",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sections",
                to="strategy.templateversion",
            ),
        ),
        migrations.AddField(
            model_name="strategy",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="strategy.templateversion"
            ),
        ),
        migrations.CreateModel(
            name="CohortTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cohort",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to="accelerator.cohort"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="strategy.templateversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField(help_text="The revision that was read.")),
                ("quote", models.CharField(blank=True, max_length=500)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="threads",
                        to="strategy.section",
                    ),
                ),
            ],
            options={
                "ordering": ["opened_at"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(max_length=5000, verbose_name="comment")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="strategy.thread",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SectionDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("base", models.PositiveIntegerField()),
                ("html", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="strategy.section",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["city", "author", "-created_at"], name="strategy_se_city_id_c87a72_idx"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("html", models.TextField(blank=True)),
                ("words", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("save", "written"),
                            ("restore", "restored"),
                            ("import", "imported"),
                            ("clear", "cleared"),
                        ],
                        default="save",
                        max_length=10,
                    ),
                ),
                ("author_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("city", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cities.city")),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="strategy.section",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("city", "text", "number"), name="section_revision_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="section",
            index=models.Index(fields=["city", "due_on"], name="strategy_se_city_id_e4c0e4_idx"),
        ),
        migrations.AddIndex(
            model_name="section",
            index=models.Index(fields=["due_on", "city"], name="strategy_se_due_on_2b3d92_idx"),
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.UniqueConstraint(fields=("city", "key"), name="section_once"),
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "not_started"), _negated=True), ("revision", 0), _connector="OR"
                ),
                name="section_written_has_started",
            ),
        ),
        migrations.AddConstraint(
            model_name="templatesection",
            constraint=models.UniqueConstraint(fields=("version", "key"), name="template_section_once"),
        ),
        migrations.AddConstraint(
            model_name="templatesection",
            constraint=models.UniqueConstraint(
                fields=("version", "position"), name="template_section_position"
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                fields=["city", "section", "opened_at"], name="strategy_th_city_id_faca5f_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="comment_has_words"
            ),
        ),
    ]
