from django.db import migrations

from accelerator import rls


class Migration(migrations.Migration):
    dependencies = [("cities", "0001_initial")]
    operations = [
        rls.wall("cities_city", column="id", sides=("govex", "city", "funder")),
        rls.wall("cities_decision"),
        rls.wall("cities_export"),
        rls.same_city("cities_coachassignment", "enrollment_id", "cities_enrollment"),
    ]
