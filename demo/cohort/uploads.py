"""Strategies that three cities wrote before the program: uploaded, with pieces still to be placed."""

from __future__ import annotations

from pathlib import Path

from demo.cohort.story import Story
from strategy.models import Upload
from strategy.uploads import actions as uploads

DOCUMENTS = Path(__file__).parent / "documents"
# Each city's file name, who uploaded it, and the heading of the piece that was set aside.
UPLOADS = {
    "tulsa-us": ("Tulsa data plan 2022.html", "anand.raghunathan@tulsa.example", "Thanks"),
    "merida-mx": ("Política de datos abiertos 2021.html", "marisol.tun@merida.example", "Agradecimientos"),
    "niteroi-br": ("Plano de dados 2022.html", "thais.monnerat@niteroi.example", "Agradecimentos"),
}


def play(story: Story) -> None:
    """Upload the city's earlier plan, and set its acknowledgments aside."""
    if story.slug not in UPLOADS:
        return
    name, email, thanks = UPLOADS[story.slug]
    by, at = story.person(email), story.ago(33, 10)
    data = (DOCUMENTS / f"{story.slug}.html").read_bytes()
    upload = uploads.import_file(city=story.city, data=data, name=name, by=by)
    Upload.objects.filter(pk=upload.pk).update(uploaded_at=at)
    piece = upload.pieces.get(heading=thanks)
    uploads.apply_choices(city=story.city, choices={piece.pk: uploads.Choice(uploads.ASIDE)}, bases={}, by=by)
    upload.pieces.filter(pk=piece.pk).update(state_at=at)
