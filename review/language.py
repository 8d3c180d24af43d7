"""The language of the pages: Vietnamese as it stands in the code, or English by the catalogue review/locale/en.po.

The catalogue is read when the first page asks for it, so nothing is compiled beforehand. What people wrote (names,
notes) and the sentences kept with decisions are shown as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
COOKIE = "motma-language"
CATALOGUE = Path(__file__).parent / "locale" / "en.po"

#: the language of the request at work, and the address of the page that is open, or that a form was sent from
language: ContextVar[str] = ContextVar("language", default="vi")
here: ContextVar[str] = ContextVar("here", default="/")


def _(text: str) -> str:
    """A text of the pages in the language of the request; the text itself where it is data."""
    return text if language.get() == "vi" else english().get(text, text)


@cache
def english() -> Mapping[str, str]:
    """Vietnamese text → English, of what is translated."""
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id and one.string}


class Told(Mapping[str, str]):
    """Words of the offices by the program's names, in the language of the request."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __getitem__(self, name: str) -> str:
        return _(self._words[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)
