
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accelerator', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Convening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('audience', models.CharField(choices=[('leads', 'city leads'), ('mayors', 'mayors')], max_length=10, verbose_name='for')),
                ('place', models.CharField(blank=True, max_length=160, verbose_name='place')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accelerator.cohort')),
            ],
            options={
                'ordering': ['starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='convening_ends_after_start'), models.UniqueConstraint(fields=('cohort', 'audience', 'starts_on'), name='convening_once')],
            },
        ),
    ]
