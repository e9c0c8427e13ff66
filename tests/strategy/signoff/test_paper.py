"""A signed paper, judged by its content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from accelerator.intake.files import UnreadableFile
from strategy.signoff.forms import read_scan


def image(kind):
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "ending"), [(b"%PDF-1.7 ...", ".pdf"), (image("JPEG"), ".jpg"), (image("PNG"), ".png")]
)
def test_scan_gets_the_ending_of_its_content(content, ending):
    assert read_scan(content) == (content, ending)


@given(
    st.binary(max_size=200).filter(lambda content: not content.startswith(b"%PDF-"))
    | st.binary(max_size=200).map(lambda rest: image("PNG")[:40] + rest)
    | st.just(image("GIF"))
)
def test_any_other_bytes_are_refused_with_a_message(content):
    with pytest.raises(UnreadableFile, match="isn’t a PDF, JPEG, or PNG|This file is empty"):
        read_scan(content)
