"""A saved web page: how its bytes are read, what is a page at all, and the one page of an archive."""

import codecs
import encodings.aliases
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.files import UnreadableFile
from strategy.uploads import web_page

CHARSETS = [*encodings.aliases.aliases, "undefined", "punycode", "idna", "unicode_escape"]


def declared(charset, body=b"<p>x</p>"):
    return b'<html><meta charset="%s">' % charset.encode() + body


def archive(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as written:
        for name, content in files.items():
            written.writestr(name.replace("__", ".").replace("_in_", "/"), content)
    data.seek(0)
    with zipfile.ZipFile(data) as read:
        return data.getvalue(), {info.filename: info for info in read.infolist()}


# Bytes


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="<")))
def test_page_in_utf_8_is_read_with_and_without_its_declaration(text):
    for page in (f"<p>{text}</p>", f'<meta charset="utf-8"><p>{text}</p>'):
        assert web_page.decode(page.encode()) == page
        assert web_page.decode(codecs.BOM_UTF8 + page.encode()) == page


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="<\ufeff")))
def test_page_in_utf_16_is_read_by_its_mark(text):
    assert web_page.decode(codecs.BOM_UTF16_LE + text.encode("utf-16-le")) == text
    assert web_page.decode(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == text


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin1", "us-ascii", "windows-1252", "ISO-8859-1"])
def test_declared_latin_1_is_windows_1252_as_in_browsers(charset):
    assert web_page.decode(declared(charset, b"\x93S\xed\x94")).endswith("“Sí”")


@pytest.mark.parametrize("charset", ["utf-16", "utf-16le", "UTF-16BE"])
def test_declaration_of_utf_16_that_was_read_as_ascii_is_wrong(charset):
    assert web_page.decode(declared(charset, "<p>Sí</p>".encode())).endswith("<p>Sí</p>")


def test_wrong_declaration_gives_way_to_utf_8():
    assert web_page.decode(declared("ascii", "<p>Sí</p>".encode())).endswith("<p>Sí</p>")
    assert web_page.decode(declared("shift_jis", "<p>Sí — ñ</p>".encode())).endswith("<p>Sí — ñ</p>")


def test_undeclared_bytes_that_are_no_utf_8_are_windows_1252():
    assert web_page.decode(b"<p>S\xed \x96 a\xf1o</p>") == "<p>Sí – año</p>"


@pytest.mark.parametrize("charset", ["klingon", "hex", "rot13", "zlib", "base64"])
def test_charset_that_is_none_is_refused_by_name(charset):
    with pytest.raises(UnreadableFile) as refused:
        web_page.decode(declared(charset))
    assert str(refused.value) == f"The page declares an unknown character set ({charset}). Save it as UTF-8."


@pytest.mark.parametrize("charset", ["undefined", "punycode"])
def test_charset_of_python_alone_gives_way_to_utf_8(charset):
    assert web_page.decode(declared(charset, "<p>Sí</p>".encode())).endswith("<p>Sí</p>")


def test_bytes_in_neither_charset_are_refused_with_the_declared_name():
    with pytest.raises(UnreadableFile) as refused:
        web_page.decode(declared("utf-8", b"<p>\xff\xfe\xed</p>"))
    assert str(refused.value) == ("The page doesn’t use the character set it declares (utf-8). Save it as UTF-8.")


def test_declaration_beyond_the_first_four_kilobytes_does_not_count():
    page = b"<html>" + b" " * 4096 + b'<meta charset="klingon"><p>x</p>'
    assert web_page.decode(page) == page.decode()


@given(st.sampled_from(sorted(CHARSETS)), st.binary(max_size=60))
def test_any_charset_and_bytes_yield_text_or_one_message(charset, body):
    try:
        text = web_page.decode(declared(charset, body))
    except UnreadableFile as refused:
        text = str(refused)
    assert text


# Whether it is a page


@pytest.mark.parametrize("text", ["<!DOCTYPE html><b>x</b>", "<HTML>", "  <p>x", "words <table>", "<h6 id=a>"])
def test_text_with_a_tag_of_a_page_is_one(text):
    assert web_page.is_page(text)


@pytest.mark.parametrize("text", ["", "words", "<b>bold</b>", "<?xml version='1.0'?><plan/>", "<p>\x00</p>", "<h7>"])
def test_other_text_is_no_page(text):
    assert not web_page.is_page(text)


def test_tag_after_a_hundred_thousand_characters_comes_too_late():
    assert web_page.is_page(" " * 99_990 + "<p>x")
    assert not web_page.is_page(" " * 100_000 + "<p>x")


# Its size


def test_length_counts_text_and_not_the_images_in_it():
    web_page.check_length("x" * web_page.LONGEST)
    picture = '<img src="data:image/png;base64,' + "A" * web_page.LONGEST + '">'
    web_page.check_length("words" + picture)
    with pytest.raises(UnreadableFile, match="The file has more text than a strategy can hold."):
        web_page.check_length("x" * (web_page.LONGEST + 1))


def test_page_of_endless_depth_is_damaged():
    web_page.check_length("<div>" * 100 + "x")
    with pytest.raises(UnreadableFile, match="The page is damaged: its elements are nested too deeply."):
        web_page.check_length("<div>" * (web_page.DEEPEST + 1) + "x")


# An archive


def test_single_page_of_an_archive_comes_with_its_images_by_their_names_in_it():
    data, listed = archive(doc_in_Strategy__html="<p>Sí</p>", doc_in_images_in_map__png=b"png", doc_in_notes__txt=b"-")
    assert web_page.page_in_archive(data, listed) == ("<p>Sí</p>", {"images/map.png": b"png"})


def test_page_at_the_root_of_an_archive_is_found():
    data, listed = archive(Strategy__HTM="<p>x</p>", images_in_map__JPG=b"jpg")
    assert web_page.page_in_archive(data, listed) == ("<p>x</p>", {"images/map.JPG": b"jpg"})


@pytest.mark.parametrize("names", [["notes__txt"], ["one__html", "two__htm"], []])
def test_archive_with_none_or_several_pages_has_no_page(names):
    data, listed = archive(**dict.fromkeys(names, "<p>x</p>"))
    assert web_page.page_in_archive(data, listed) is None


def test_copies_of_a_mac_in_an_archive_are_no_pages():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as written:
        written.writestr("plan.html", "<p>x</p>")
        written.writestr("__MACOSX/._plan.html", b"\x00\x05")
    with zipfile.ZipFile(data) as read:
        listed = {info.filename: info for info in read.infolist()}
    assert web_page.page_in_archive(data.getvalue(), listed) == ("<p>x</p>", {})
