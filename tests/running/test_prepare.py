"""`manage.py prepare` on a database created by another build."""

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_a_database_of_another_build_is_refused_in_a_sentence():
    MigrationRecorder.Migration.objects.create(app="strategy", name="0099_of_another_build")
    with pytest.raises(SystemExit, match="strategy 0099_of_another_build"):
        call_command("prepare")
