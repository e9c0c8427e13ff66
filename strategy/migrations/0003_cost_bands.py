from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_walls")]
    operations = [
        # The names alone: the database knows the codes, which stay.
        migrations.AlterField(
            model_name="action",
            name="cost_band",
            field=models.CharField(blank=True, choices=[('none', 'None'), ('low', 'Low'), ('medium', 'Medium'), ('high', 'High'), ('very_high', 'Very High')], max_length=12, verbose_name='cost'),
        )
    ]
