"""`make bench-strategy`: saving a section, the PDF of a full strategy, and the desk with and without a history.

Prints one `name: value` a line and exits 1 past a ceiling. The PDF's time is compared with WeasyPrint's own on the
same HTML, in the same kind of fresh process without our limits, progress and counting.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from accelerator import environment
from accelerator.local import servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
if not environment.text("DATABASE_URL"):
    servers.ensure(environment.var())

import django  # noqa: E402 - the servers must run before Django's settings are read

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext, get_runner, setup_test_environment  # noqa: E402

from accelerator import pdf, rls  # noqa: E402
from strategy.document import exports  # noqa: E402
from strategy.models import Section, SectionRevision  # noqa: E402
from tests.bench import program  # noqa: E402
from tests.strategy.document import made  # noqa: E402
from tests.walls import thawed  # noqa: E402

SAVES = 200
PDFS = 3
REVISIONS = 500
OVER = 1.15
# WeasyPrint alone: the same fonts by the same fetcher, nothing else of ours.
PLAIN = """
import sys, weasyprint
from accelerator.pdf import VARIANT, _fetcher
html = open(sys.argv[1], encoding="utf-8").read()
weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetcher()).write_pdf(sys.argv[2], pdf_variant=VARIANT)
"""
# Our renderer as a task calls it; the only child whose memory this process counts.
ALONE = """
import pathlib, resource, sys
from accelerator import pdf
source = pathlib.Path(sys.argv[1])
pdf.render(source.read_text(encoding="utf-8"), source.with_suffix(".pdf"), heartbeat=lambda step, percent: True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> int:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = True
    settings.ALLOWED_HOSTS = ["testserver"]
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        past = [*writing(program.grow(program.A_COHORT)), *printing()]
    finally:
        runner.teardown_databases(databases)
    for line in past:
        print(f"past a ceiling: {line}", file=sys.stderr)
    return 1 if past else 0


def writing(world: program.World) -> list[str]:
    """Times of saves, and the desk's statements with 0 and with 500 revisions a section."""
    requests = world.requests()
    for name in ("save a section", "desk"):
        for _ in range(5):
            requests[name]()
    times = []
    for _ in range(SAVES):
        begun = time.perf_counter()
        requests["save a section"]()
        times.append((time.perf_counter() - begun) * 1000)
    print(f"save of a section, p50 ms: {statistics.median(times):.1f}")
    print(f"save of a section, p95 ms: {statistics.quantiles(times, n=20)[-1]:.1f}")
    counts = {}
    for revisions in (0, REVISIONS):
        _history(world, revisions)
        with CaptureQueriesContext(connection) as captured:
            requests["desk"]()
        counts[revisions] = len(captured)
        print(f"desk, SQL statements with {revisions} revisions a section: {counts[revisions]}")
    return [f"the desk's statements grow with revisions: {counts}"] if len(set(counts.values())) > 1 else []


def _history(world: program.World, revisions: int) -> None:
    """So many revisions for each of the 18 sections, and no other."""
    with rls.every_city():
        sections = list(world.city.section_set.all())
        with thawed(SectionRevision):
            SectionRevision.objects.filter(city=world.city).delete()
        SectionRevision.objects.bulk_create(
            (
                SectionRevision(
                    city=world.city, text=section, number=number, html=program.WORDS, words=250, author_id=world.lead.pk
                )
                for section in sections
                for number in range(1, revisions + 1)
            ),
            batch_size=2000,
        )
        Section.objects.filter(city=world.city).exclude(state="not_started").update(revision=revisions)


def alone(html: str, source: Path) -> float:
    """Peak memory in MB of our renderer's child, measured in a process that has no other child."""
    source.write_text(html, encoding="utf-8")
    result = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-c", ALONE, str(source)], check=True, capture_output=True, text=True
    )
    return int(result.stdout) / 1024


def printing() -> list[str]:
    """Our time over WeasyPrint's, the best of three each, and the renderer's peak memory."""
    html = exports.html(made.edition(made.full()), {})
    with tempfile.TemporaryDirectory() as folder:
        peak = alone(html, Path(folder, "alone.html"))
        source, target = Path(folder, "in.html"), Path(folder, "out.pdf")
        source.write_text(html, encoding="utf-8")
        plain, ours = [], []
        for _ in range(PDFS):  # in turns, so that the machine's other work meets both
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", PLAIN, str(source), str(target)], check=True)  # noqa: S603
            plain.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            done = pdf.render(html, target, heartbeat=lambda step, percent: True)
            ours.append(time.perf_counter() - begun)
    ratio = min(ours) / min(plain)
    words = sum(section["words"] for section in made.full()["sections"])
    print(f"PDF of a full strategy, words: {words}")
    print(f"PDF of a full strategy, pages: {done.pages}")
    print(f"PDF of a full strategy, s: {min(ours):.2f}")
    print(f"WeasyPrint alone on the same HTML, s: {min(plain):.2f}")
    print(f"PDF of a full strategy over WeasyPrint alone: {ratio:.3f}")
    print(f"our renderer alone, peak memory MB: {peak:.0f}")
    print(f"load of the machine over the last minute: {os.getloadavg()[0]:.1f}")
    return [f"the PDF takes {ratio:.3f} times WeasyPrint's own time; the ceiling is {OVER}"] if ratio > OVER else []


if __name__ == "__main__":
    sys.exit(main())
