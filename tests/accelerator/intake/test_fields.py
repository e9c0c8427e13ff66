"""A file field: its value is what was read from the file; an unreadable file gives a message with its name."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.fields import ContentField
from accelerator.intake.files import MEGABYTE, UnreadableFile


def read(content):
    if content.startswith(b"no"):
        raise UnreadableFile("This is no list.")
    return content.decode(errors="replace").split()


class ListForm(forms.Form):
    file = ContentField(label="List", read=read, megabytes=1, accept=".txt", advice="Divide it.")


def sent(content, name="list.txt"):
    return ListForm({}, {"file": SimpleUploadedFile(name, content)})


@given(st.binary(max_size=200))
def test_any_content_is_read_or_refused_with_a_sentence(content):
    form = sent(content)
    if form.is_valid():
        assert form.cleaned_data["file"] == read(content)
    else:
        assert form.errors == {"file": ["list.txt: This is no list."]}


def test_a_file_above_the_limit_is_not_read():
    form = sent(b"no" * MEGABYTE, "50%.txt")
    assert form.errors == {"file": ["50%.txt: The file is 2.0 MB. The limit is 1 MB. Divide it."]}


@pytest.mark.parametrize("files", [{}, {"file": "no file"}])
def test_a_form_without_a_file_asks_for_one(files):
    assert list(ListForm({}, files).errors) == ["file"]
    assert ListForm({}, {}).errors == {"file": ["Choose a file first."]}


def test_the_browser_offers_the_kinds_that_are_read():
    assert 'accept=".txt"' in str(ListForm()["file"])
