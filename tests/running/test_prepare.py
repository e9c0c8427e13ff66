"""`manage.py prepare` on a database created by another build."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accelerator import checks


@pytest.mark.django_db
def test_a_database_of_another_build_is_refused_in_a_sentence():
    MigrationRecorder.Migration.objects.create(app="strategy", name="0099_of_another_build")
    with pytest.raises(SystemExit, match="strategy 0099_of_another_build"):
        call_command("prepare")


@pytest.mark.parametrize("options", [[], ["--only-wait"]])
@pytest.mark.django_db(transaction=True)
def test_superuser_is_refused_before_anything_is_done(options):
    kept = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "postgres"
    try:
        with pytest.raises(SystemExit, match=r"The database isn't safe: the role postgres bypasses"):
            call_command("prepare", *options)
    finally:
        connection.close()
        connection.settings_dict["USER"] = kept


@pytest.mark.parametrize("options", [[], ["--only-wait"]])
@pytest.mark.django_db
def test_guessable_key_is_refused(settings, options):
    settings.SECRET_KEY = "s" * 60
    with pytest.raises(SystemExit, match=r"SECRET_KEY isn't safe: it must be random .* openssl rand -hex 32"):
        call_command("prepare", *options)


@pytest.mark.django_db
def test_role_and_key_of_the_tests_are_accepted():
    call_command("prepare", "--only-wait")
    assert checks.key_problem() == ""
    assert checks.role_is_plain(None, databases=["default"]) == []
