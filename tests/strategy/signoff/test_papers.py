"""Signatures on paper: only where paper was asked for, by the confirmed officeholder, and not before GovEx looked."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accelerator import rls
from strategy.models import Signature
from tests.strategy.made_ready import fresh, make_ready, submit

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 signed by hand"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def upload(version, step, **more):
    file = ContentFile(SCAN)
    file.name = "signed.pdf"
    day = version.city.today().isoformat()
    return {"sha256": version.sha256, "step": step, "file": file, "name": "Mayor", "signed_on": day, **more}


def test_step_that_is_signed_on_this_site_is_not_recorded_on_paper(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        step = version.steps.get().pk
    browser = as_(cast.lead)
    assert "Record a paper signature" not in browser.get(reverse("strategy:version", args=["tulsa-us", 1])).text
    answer = browser.post(reverse("strategy:version-paper", args=["tulsa-us", 1]), upload(version, step))
    assert "This approver signs on this site." in answer.text
    with rls.every_city():
        assert not Signature.objects.exists()
    assert fresh(version).state == "with_approvers"
