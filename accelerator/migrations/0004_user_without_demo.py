from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accelerator", "0003_step_up"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="user",
            name="demo",
        ),
    ]
