"""Rich texts of every shape for properties: sanitized, as the database has them."""

import random

from hypothesis import strategies as st

from accelerator.texts import richtext

_VOCABULARY = ["lights", "data", "owner", "the", "2026", "3.5", "a&lt;b", "é", "ciudad", "—", ",", "x.", "e-mail"]
_MARKS = [
    "{}",
    "<strong>{}</strong>",
    "<em><strong>{}</strong></em>",
    '<a href="https://x.example/?a=1&amp;b">{}</a>',
    "<br>",
]


def _words(dice):
    return " ".join(dice.choices(_VOCABULARY, k=dice.randint(1, 6)))


def _line(dice):
    return " ".join(mark.format(_words(dice)) for mark in dice.choices(_MARKS, k=dice.randint(1, 4)))


# One draw for a whole line: what Hypothesis draws word by word takes longer than what is tested with it.
_DICE = st.integers(0, 2**32 - 1).map(random.Random)
_WORDS, _LINE = _DICE.map(_words), _DICE.map(_line)


def _joined(items, name):
    return st.lists(items, min_size=1, max_size=4).map(lambda found: f"<{name}>{''.join(found)}</{name}>")


_ITEM = st.one_of(_LINE, st.builds("{}<ul><li>{}</li></ul>".format, _LINE, _LINE)).map("<li>{}</li>".format)
_ROW = _joined(st.one_of(_LINE.map("<td>{}</td>".format), _LINE.map("<th>{}</th>".format)), "tr")
BLOCK = st.one_of(
    _LINE.map("<p>{}</p>".format),
    _WORDS.map("<h3>{}</h3>".format),
    _joined(_ITEM, "ul"),
    _joined(_ITEM, "ol"),
    _joined(_LINE.map("<p>{}</p>".format), "blockquote"),
    _joined(_ROW, "table"),
    _WORDS.map('<figure><img src="media:3" alt="map"><figcaption>{}</figcaption></figure>'.format),
)
TEXTS = st.lists(BLOCK, max_size=7).map(lambda blocks: richtext.clean("".join(blocks)).html)


@st.composite
def edited(draw, text):
    """A text that someone made from another: blocks removed, inserted, rewritten."""
    blocks = []
    for block in richtext.blocks(text):
        fate = draw(st.sampled_from(["same", "same", "same", "gone", "before", "rewritten"]))
        if fate in {"same", "before"}:
            blocks += [draw(BLOCK)] * (fate == "before") + [block]
        elif fate == "rewritten":
            blocks.append(block.replace("data", "facts").replace("the", "a") if draw(st.booleans()) else draw(BLOCK))
    return richtext.clean("".join(blocks)).html


def paragraphs(*texts):
    return "".join(f"<p>{w}</p>" for w in texts)
