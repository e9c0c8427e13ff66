from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accelerator import rls
from cities.currencies import currencies


def by_country(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with rls.every_city():
        for currency in currencies().values():
            apps.get_model("cities", "City").objects.filter(country__in=currency.countries).update(currency=currency.code)


class Migration(migrations.Migration):
    dependencies = [("cities", "0002_walls")]
    operations = [
        # The database keeps the default for the servers of the former release, which know no currency.
        migrations.AddField(
            model_name="city",
            name="currency",
            field=models.CharField(max_length=3, verbose_name="currency", default="", db_default="USD"),
        ),
        migrations.RunPython(by_country, migrations.RunPython.noop),
    ]
