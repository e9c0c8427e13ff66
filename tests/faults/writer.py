"""A process that saves a section again and again, and prints each text once its save has been acknowledged."""

import sys

import django
from django.conf import settings
from django.db import Error, connection


def main(database: str, city: int, key: str, person: int, begin: int) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from accelerator import rls  # noqa: PLC0415 - models load after Django is set up
    from accelerator.models import User  # noqa: PLC0415 - as above
    from accelerator.texts import saving  # noqa: PLC0415 - as above
    from strategy.models import Section  # noqa: PLC0415 - as above

    number = begin
    while True:
        html = f"<p>Text {number} of the writer of {key}.</p>"
        try:
            with rls.city_scope(city):
                section = Section.objects.get(city=city, key=key)
                saved = saving.save(section, html=html, base=section.revision, by=User.objects.get(pk=person))
        except Error:  # the server was killed: the browser sends the same text again
            connection.close()
            continue
        assert saved.ok
        sys.stdout.write(f"{html}\n")
        sys.stdout.flush()
        number += 1


main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
