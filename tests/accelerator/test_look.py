"""The design system's own rules: token contrast, identical dark palettes, nothing that a strict CSP blocks."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
TEXT = ["ink", "secondary", "muted", "accent", "accent-strong", "good", "warn", "bad"]


def blocks():
    """The color declarations of tokens.css, one dict a block: light, dark by system, dark by choice."""
    found = []
    for body in re.findall(r"color-scheme: (?:light|dark);(.*?)\}", TOKENS, re.DOTALL):
        found.append(dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", body)))
    return found


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_dark_by_system_and_dark_by_choice_are_the_same():
    light, system, choice = blocks()
    assert system == choice
    assert set(light) == set(system)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_reads_on_every_background(theme):
    colors = blocks()[theme]
    for name in TEXT:
        for background in ("page", "surface", "sunken"):
            assert contrast(colors[name], colors[background]) >= 4.5, (name, background)
    for tone in ("accent", "good", "warn", "bad"):
        assert contrast(colors[tone], colors[f"{tone}-tint"]) >= 4.5, tone
        assert contrast(colors["ink"], colors[f"{tone}-tint"]) >= 4.5, tone
    assert contrast(colors["on-accent"], colors["accent"]) >= 4.5
    assert contrast(colors["on-bad"], colors["bad"]) >= 4.5
    for control in ("control", "focus"):
        assert contrast(colors[control], colors["page"]) >= 3
        assert contrast(colors[control], colors["surface"]) >= 3


def test_no_color_outside_the_tokens():
    for name in ("base", "layout", "components"):
        css = (ROOT / "static" / "css" / f"{name}.css").read_text()
        assert re.findall(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(|hsla?\(", css) == []


def test_no_template_needs_what_the_policy_forbids():
    """No style attribute, no inline handler, no script without a source; emails and PDF have their own rules."""
    templates = list((ROOT / "templates").rglob("*.html"))
    assert len(templates) > 100
    for path in templates:
        if path.is_relative_to(ROOT / "templates" / "mail") or "pdf" in path.parts:
            continue
        html = path.read_text()
        assert not re.search(r"<[^>]+\sstyle=", html), path
        assert not re.search(r"<[^>]+\son\w+=", html), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", html), path
        assert not re.search(r"\bhx-on\b|\bjs:", html), path
