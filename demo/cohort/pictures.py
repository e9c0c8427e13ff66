"""A chart in a text of three cities: drawn here, then stored and inserted through the app's own actions."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from accelerator import images
from accelerator.pdf import font_files
from accelerator.texts import saving
from demo.cohort.story import Story
from strategy.models import SectionRevision
from strategy.sections import pictures

# Per city: the section, the text before which the chart is inserted, its alternative text, its caption, and its values
# (name, percent). The figures match the surrounding text.
CHARTS = {
    "tulsa-us": (
        "baseline",
        "<h3>What is strong</h3>",
        "Bar chart of the share of datasets with a named owner: water and sewer 68, finance 68, fire 56, "
        "police 53, streets 45, parks 31 percent.",
        "Datasets with a named owner in six of the 14 departments",
        [("Water, sewer", 68), ("Finance", 68), ("Fire", 56), ("Police", 53), ("Streets", 45), ("Parks", 31)],
    ),
    "merida-mx": (
        "data-quality",
        "<h3>Primeros",
        "Gráfica de barras: 73 por ciento de las direcciones entregó su listado; la meta de la semana 20 es 82.",
        "Direcciones que entregaron su listado de datos, hoy y meta",
        [("Hoy", 73), ("Meta", 82)],
    ),
    "niteroi-br": (
        "baseline",
        "<p>Contamos",
        "Gráfico de barras dos cadastros com CPF preenchido: saúde 88, assistência 81, educação 69 por cento.",
        "Cadastros com CPF preenchido, por área",
        [("Saúde", 88), ("Assistência", 81), ("Educação", 69)],
    ),
}
INK, ACCENT, PAPER = "#1A2233", "#0A5C9E", "#FFFFFF"


def play(story: Story) -> None:
    """Store the city's chart and insert it into its section."""
    if story.slug not in CHARTS:
        return
    key, place, alt, caption, values = CHARTS[story.slug]
    section = story.city.section_set.select_related("written_by").get(key=key)
    assert section.written_by
    chart = _chart(values)
    image = images.reencode(chart)
    picture = pictures.store(city=story.city, image=image, name="owners.png", alt=alt, by=section.written_by)
    figure = pictures.figure_html(picture).replace("</figure>", f"<figcaption>{caption}</figcaption></figure>")
    before, state, state_at = section.written_at, section.state, section.state_at
    at = section.html.find(place) if place in section.html else len(section.html)
    html = section.html[:at] + figure + section.html[at:]
    saving.save(section, html=html, base=section.revision, by=section.written_by)
    # Backdate it: the history should show it as written with the surrounding text, not today.
    story.city.section_set.filter(pk=section.pk).update(
        written_at=before,
        state=state,
        state_at=state_at,
        claimed_by=section.claimed_by_id,
        claimed_at=section.claimed_at,
        claim_seen_at=section.claim_seen_at,
    )
    SectionRevision.objects.filter(text=section, number=section.revision + 1).update(created_at=before)
    story.city.picture_set.filter(pk=picture.pk).update(uploaded_at=before)


def _chart(values: list[tuple[str, int]]) -> bytes:
    """Horizontal bars with names and values, as a PNG."""
    image = Image.new("RGB", (1200, 100 + 90 * len(values)), PAPER)
    draw = ImageDraw.Draw(image)
    # Pillow's own font has no accents.
    font = ImageFont.truetype(font_files()["sans"], 34)
    for row, (name, percent) in enumerate(values):
        top = 50 + 90 * row
        draw.text((30, top + 12), name, fill=INK, font=font)
        draw.rectangle((320, top, 320 + 7 * percent, top + 58), fill=ACCENT)
        draw.text((340 + 7 * percent, top + 12), f"{percent} %", fill=INK, font=font)
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
