from django.db import migrations, models

STATES = ["invited", "active", "paused", "withdrawn", "completed"]


class Migration(migrations.Migration):

    dependencies = [
        ('accelerator', '0003_plain_labels'),
        ('cities', '0006_handovers_and_invitation_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrollment',
            name='former',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='state',
            field=models.CharField(choices=[('invited', 'Not confirmed yet'), ('active', 'Taking part'), ('paused', 'Paused'), ('withdrawn', 'Withdrawn'), ('completed', 'Completed')], db_default='active', default='active', max_length=10),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='state_on',
            field=models.DateField(blank=True, help_text='The first day of the state; blank for the first one.', null=True),
        ),
        # A city that has left keeps its day; from now on, the row also says how it left.
        migrations.RunSQL(
            "update cities_enrollment set state = 'withdrawn', state_on = left_on where left_on is not null",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', STATES)), name='enrollment_state'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['withdrawn', 'completed']), _negated=True), ('left_on__isnull', False), _connector='OR'), name='enrollment_closed_has_day'),
        ),
    ]
