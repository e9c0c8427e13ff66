"""A full disk: an export fails at once with a true sentence and leaves no file."""

import errno
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accelerator import pdf, rls
from accelerator.child_processes import ChildFailed
from cities.exports import actions as exports
from cities.models import Export
from strategy.tasks import render_file
from tests.disks import FILLER, full_disk


class Breaking(ContentFile):
    """Content whose end the disk can't take."""

    def chunks(self, chunk_size=None):
        yield b"the beginning"
        raise OSError(errno.ENOSPC, "No space left on device")


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_whole(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    name = default_storage.save("papers/1/a.pdf", ContentFile(b"whole"))
    again = default_storage.save("papers/1/a.pdf", ContentFile(b"another"))
    assert [Path(settings.MEDIA_ROOT, file).read_bytes() for file in (name, again)] == [b"whole", b"another"]
    assert len(files_in(tmp_path)) == 2
    assert Path(settings.MEDIA_ROOT, name).stat().st_mode & 0o777 == 0o644


def test_a_file_that_breaks_off_is_not_stored(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    with pytest.raises(OSError, match="No space left"):
        default_storage.save("papers/1/a.pdf", Breaking(b""))
    assert files_in(tmp_path) == []


def test_renderer_on_a_full_disk_says_so():
    with pytest.raises(ChildFailed) as failure:
        pdf.render("<p>words</p>", Path("/dev/full"), heartbeat=lambda step, percent: True)
    assert failure.value.code == "disk-full"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Export.Kind.STRATEGY_PDF, Export.Kind.STRATEGY_DOCX, Export.Kind.STRATEGY_JSON])
@pytest.mark.parametrize("full", ["MEDIA_ROOT", "TMPDIR"])
def test_an_export_on_a_full_disk_fails_at_once_and_leaves_no_file(cast, tmp_path, settings, monkeypatch, kind, full):
    with full_disk(tmp_path / "disk") as disk:
        settings.MEDIA_ROOT = str(disk if full == "MEDIA_ROOT" else tmp_path / "media")
        if full == "TMPDIR":
            monkeypatch.setattr("tempfile.tempdir", str(disk))
        with rls.every_city():
            export = exports.request_export(city=cast.tulsa, kind=kind, by=cast.lead)
        render_file(cast.tulsa.pk, export.pk)
        with rls.every_city():
            export.refresh_from_db()
        assert (export.state, export.reason, export.attempt) == (Export.State.FAILED, "disk-full", 1)
        assert "no disk space left" in str(export.reason_text)
        assert [files_in(disk), files_in(tmp_path / "media")] == [[FILLER], []]
