"""A chart in a text of three cities: drawn here, kept and put in by the program's own verbs."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from accelerator import images, writing
from dashboards.demo.story import Story
from strategy import pictures
from strategy.models import SectionRevision, SectionState

# Per city: what the chart shows, its caption, and its values (name, percent).
CHARTS = {
    "tulsa-us": (
        "Bar chart of the share of data sets with a named owner: police 90, public works 64, "
        "parks 41, water 38, libraries 22 percent.",
        "Data sets with a named owner, by department, spring 2026",
        [("Police", 90), ("Public works", 64), ("Parks", 41), ("Water", 38), ("Libraries", 22)],
    ),
    "merida-mx": (
        "Gráfica de barras de los conjuntos de datos con responsable: catastro 82, movilidad 57, "
        "agua 44, cultura 19 por ciento.",
        "Conjuntos de datos con responsable, por dirección, 2026",
        [("Catastro", 82), ("Movilidad", 57), ("Agua", 44), ("Cultura", 19)],
    ),
    "niteroi-br": (
        "Gráfico de barras das bases de dados com responsável: fazenda 88, saúde 61, educação 53, "
        "obras 27 por cento.",
        "Bases de dados com responsável, por secretaria, 2026",
        [("Fazenda", 88), ("Saúde", 61), ("Educação", 53), ("Obras", 27)],
    ),
}
INK, ACCENT, PAPER = "#1A2233", "#0A5C9E", "#FFFFFF"


def play(story: Story) -> None:
    """Keep the city's chart and put it at the end of a section that is being drafted."""
    if story.slug not in CHARTS:
        return
    alt, caption, values = CHARTS[story.slug]
    drafting = story.city.section_set.present().filter(state=SectionState.DRAFTING, words__gt=0)
    section = drafting.select_related("written_by").order_by("position").first()
    if section is None or section.written_by is None:
        return
    drawn = _chart(values)
    image = images.write_anew(BytesIO(drawn), len(drawn))
    picture = pictures.keep(city=story.city, image=image, name="owners.png", alt=alt, by=section.written_by)
    figure = pictures.line(picture).replace("</figure>", f"<figcaption>{caption}</figcaption></figure>")
    before = section.written_at
    writing.save(section, html=section.html + figure, base=section.revision, by=section.written_by)
    # The same sitting as the words above it.
    story.city.section_set.filter(pk=section.pk).update(
        written_at=before, claimed_by=section.claimed_by_id, claimed_at=section.claimed_at,
        claim_seen_at=section.claim_seen_at,
    )  # fmt: skip
    SectionRevision.objects.filter(text=section, number=section.revision + 1).update(created_at=before)
    story.city.picture_set.filter(pk=picture.pk).update(uploaded_at=before)


def _chart(values: list[tuple[str, int]]) -> bytes:
    """Horizontal bars with names and values, as a PNG."""
    image = Image.new("RGB", (1200, 100 + 90 * len(values)), PAPER)
    draw = ImageDraw.Draw(image)
    for row, (name, percent) in enumerate(values):
        top = 50 + 90 * row
        draw.text((30, top + 12), name, fill=INK, font_size=34)
        draw.rectangle((320, top, 320 + 7 * percent, top + 58), fill=ACCENT)
        draw.text((340 + 7 * percent, top + 12), f"{percent} %", fill=INK, font_size=34)
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
