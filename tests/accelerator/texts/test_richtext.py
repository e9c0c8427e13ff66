"""Rich text keeps its words, loses what could run code, and is unchanged by a second cleaning."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import richtext, tree

MARKUP = """<p> </p> <b> </b> <i> <em> </em> <h1> <h3> </h3> <div> </div> <ul> <ol~start=3> <li> </li> </ul> <table>
<tr> <td~colspan=2> <th~scope=col> </table> <blockquote> </blockquote> <a~href='https://example.org/'> <a~href=relative>
<a~href='javascript:alert(1)'> <a~href='data:text/html,x'> </a> <br> <br/> <script> </script> <style> </style>
<svg~onload=alert(1)> <img~src=x~onerror=alert(1)> <iframe~src=//x> <p~onclick='alert(1)'> <p~style='color:red'>
<!-- --> <![CDATA[ ]]> <math><mi> </math> <template> <select><option> <textarea> <title> </title> <form~action=/x>
<img~src=media:12> <img~src='media:7'~alt='a~map'> <figure> </figure> <figcaption> </figcaption> <video~src=x>
<img~src=media:x> <a~href='media:12'> <h4> </h4>
<base~href=//x> <object~data=x> <p &lt;script&gt; &#x0; &nbsp; &amp; < > " ' é 日本 🙂 words"""
FRAGMENTS = [part.replace("~", " ") for part in MARKUP.split()]
FRAGMENTS += [" more words ", "\n", "\n\n", "<p\n", "\x00", "\x1b", "\u2028", "\u0627"]
HTML = st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join), st.text(max_size=200))


def elements(html):
    return {tag.lower() for tag in re.findall(r"</?([a-zA-Z][^\s/>]*)", html)}


@given(HTML)
def test_nothing_that_acts_survives(html):
    kept = richtext.clean(html).html
    assert elements(kept) <= richtext.ELEMENTS
    names = {name for tag in re.findall(r"<[a-z][^>]*>", kept) for name in re.findall(r"\s([\w-]+)=", tag)}
    assert names <= {"href", "rel", "colspan", "rowspan", "scope", "start", "src", "alt"}
    for address in re.findall(r'href="([^"]*)"', kept):
        assert address.split(":")[0].lower() in richtext.SCHEMES


@given(HTML)
def test_cleaning_again_changes_nothing(html):
    once = richtext.clean(html).html
    assert richtext.clean(once) == richtext.Cleaned(once, richtext.count_words(once), 0)


@given(HTML)
def test_the_root_holds_blocks_only(html):
    root = tree.parse(richtext.clean(html).html)
    for child in tree.content(root):
        assert isinstance(child, tree.Element)
        assert child.tag in {"p", "h3", "h4", "ul", "ol", "blockquote", "table", "figure"}


@given(HTML)
def test_the_text_area_gives_back_what_it_was_given(html):
    kept = richtext.clean(html).html
    assert richtext.clean(richtext.for_text_area(kept)).html == kept


@given(st.lists(st.text("abcdé日 ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=8))
def test_plain_text_is_unchanged(paragraphs):
    kept = richtext.clean("\n\n".join(paragraphs)).html
    assert richtext.text(kept).split() == " ".join(paragraphs).split()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("One\n\nTwo\nthree", "<p>One</p><p>Two<br>three</p>"),
        ("a < b and x<y", "<p>a &lt; b and x&lt;y</p>"),
        ("<h1>A</h1><h6>B</h6><b>c</b> <i>d</i>", "<h3>A</h3><h4>B</h4><p><strong>c</strong> <em>d</em></p>"),
        ("<div>a<div>b</div></div>", "<p>a</p><p>b</p>"),
        ("loose <p>block</p> tail", "<p>loose </p><p>block</p><p> tail</p>"),
        ("<p>a</p>\n\nb\nc\n\n<b>d</b>", "<p>a</p><p>b\nc</p><p><strong>d</strong></p>"),
        ("<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<b><p>x</p></b>", "<p>x</p>"),
        ("<p></p><p><br></p><p>a</p>", "<p>a</p>"),
        ("<a href='other.html'>a</a>", "<p>a</p>"),
        ("<p>x<script>alert(1)</script></p>", "<p>x</p>"),
        ('<td colspan="1">a</td>', "<p>a</p>"),
        (
            '<table><tbody><tr><th colspan="1" rowspan="1"><p>a</p></th></tr></tbody></table>',
            '<table><thead><tr><th scope="col"><p>a</p></th></tr></thead></table>',
        ),
        (
            "<table><tr><th>a<th>b<tr><th>c<td>d</table>",
            '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
            '<tbody><tr><th scope="row">c</th><td>d</td></tr></tbody></table>',
        ),
        ("   \n\n ", ""),
        ("<p> </p>", ""),
        ("<p>&nbsp;</p>", ""),
        ("<table><tr><td></td></tr></table>", ""),
    ],
)
def test_what_becomes_of(sent, kept):
    assert richtext.clean(sent).html == kept


def test_what_acts_is_counted():
    assert richtext.clean("<p onclick=x()>a</p><script>b</script><a href='javascript:c'>d</a>").removed == 3
    assert richtext.clean("<p>a <u>b</u></p>").removed == 0


@given(HTML)
def test_image_becomes_a_figure_by_number_or_is_counted(html):
    kept = richtext.clean(html)
    root = tree.parse(kept.html)
    assert all(node[0].tag == "img" for node in root if node.tag == "figure")
    sources = re.findall(r'<img src="(.*?)" alt="[^"]*">', kept.html)
    assert len(sources) == kept.html.count("<img ") == kept.html.count("<figure>")
    assert all(re.fullmatch(r"media:[1-9]\d*", source) for source in sources)
    assert dict(kept.dropped).get("picture", 0) == max(0, html.count("<img ") - len(sources))
    nobody = richtext.clean(html, keep_images=lambda numbers: set())
    assert "<img" not in nobody.html
    assert nobody.words == kept.words


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<img src=media:12>", '<figure><img src="media:12" alt=""></figure>'),
        ("<img src=media:012>", ""),
        (
            "<p>a <img src=media:12 alt=' a  map '> b</p>",
            '<p>a </p><figure><img src="media:12" alt="a map"></figure><p> b</p>',
        ),
        ("<h3>T<img src=media:1></h3>", '<h3>T</h3><figure><img src="media:1" alt=""></figure>'),
        (
            "<ul><li>a<img src=media:1></li></ul><p>b</p>",
            '<ul><li>a</li></ul><figure><img src="media:1" alt=""></figure><p>b</p>',
        ),
        (
            "<figure><a href='https://e.org'><img src=media:1></a><figcaption><p>one</p><b>two</b></figure>",
            '<figure><img src="media:1" alt=""><figcaption> one <strong>two</strong></figcaption></figure>',
        ),
        (
            "<figure><table><tr><td>a</table><figcaption>b</figcaption></figure>",
            "<p>b</p><table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        ("<blockquote><img src=media:1></blockquote>", '<figure><img src="media:1" alt=""></figure>'),
    ],
)
def test_what_becomes_of_a_picture(sent, kept):
    assert richtext.clean(sent).html == kept


def test_what_people_would_miss_is_counted_by_name():
    sent = "<p>a</p><img src='https://e.org/a.png'><IMG src='data:image/png;base64,xx'><video src=a></video><p>&lt;img"
    assert richtext.clean(sent).dropped == (("picture", 2), ("video", 1))
    assert richtext.clean("<p>a</p><hr><span>b</span>").dropped == ()


def test_images_of_others_are_removed_and_their_captions_stay():
    sent = "<figure><img src=media:1><figcaption>one</figcaption></figure><img src=media:2>"
    cleaned = richtext.clean(sent, keep_images=lambda numbers: numbers - {1})
    assert cleaned.html == '<p>one</p><figure><img src="media:2" alt=""></figure>'
    assert cleaned.dropped == (("picture", 1),)


def test_a_page_shows_addresses_and_sends_them_back():
    html = richtext.clean("""<img src=media:2 alt='<img src="media:3"'><p>&lt;img src="media:4"</p>""").html
    page = richtext.with_image_addresses(html, lambda number: f"/pictures/{number}/?a&b")
    assert page.count("/pictures/") == 1
    assert '<img src="/pictures/2/?a&amp;b" alt=' in page
    back = richtext.with_image_ids(
        page, lambda address: int(address.split("/")[2]) if "/pictures/" in address else None
    )
    assert richtext.clean(back).html == html


def test_links_keep_their_address_and_tell_nothing_about_the_page():
    kept = richtext.clean('<p><a href="https://e.org/?a=1&b=2" target="_blank">x</a></p>').html
    assert kept == '<p><a href="https://e.org/?a=1&amp;b=2" rel="noopener noreferrer">x</a></p>'


def test_deep_nesting_is_flattened_with_its_words():
    kept = richtext.clean("<blockquote>" * 5000 + "deep words").html
    assert kept.count("<blockquote>") <= tree.DEEPEST
    assert richtext.text(kept) == "deep words"


def test_words_and_lines():
    html = "<h3>Who  decides</h3><ul><li><p>one two</p></li><li>three</li></ul><p>a<br>b &amp; c</p>"
    assert richtext.text(html) == "Who decides\none two\nthree\na\nb & c"
    assert richtext.count_words(html) == 9
