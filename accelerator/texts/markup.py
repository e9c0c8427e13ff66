"""A reader of HTML as it was sent, before anything has repaired it."""

from __future__ import annotations

from html.parser import HTMLParser


class MarkupReader(HTMLParser):
    """Reads any text without an error, `<![` included, which Python's own reader refuses in some releases."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def parse_html_declaration(self, i: int) -> int:
        # To a browser this is a comment that ends at the first ">".
        if self.rawdata.startswith("<![", i):
            end = self.rawdata.find(">", i)
            return end + 1 if end > 0 else -1
        return super().parse_html_declaration(i)

    def unknown_decl(self, data: str) -> None:
        pass
