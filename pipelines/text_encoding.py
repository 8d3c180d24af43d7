"""The text of bytes, where it is beyond doubt how they were written; anything else is for the sender to say."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from pipelines.unreadable import UnreadableError

#: What source.toml may declare. cp1252 is for columns typed in TCVN3, VNI and such fonts, told apart later.
DECLARABLE = ("utf-8", "utf-16", "cp1258", "cp1252")

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
#: High bytes of the letters that Vietnamese is written with: Latin, its extensions, marks, the hooked and dotted
#: vowels, punctuation.
_HIGH_BYTES = frozenset((0x00, 0x01, 0x03, 0x1E, 0x20))
_SAMPLE = 65_536
_TONES = "\u0300\u0301\u0303\u0309\u0323"
#: The tones of cp1258 stand behind their vowel, as in no other byte form: so many, and no letter that is not
#: Vietnamese, leave no doubt. A file of a single name does not have them.
_TONES_FOR_CERTAIN = 5
_VIETNAMESE = frozenset(
    letter
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for letter in (base, *(unicodedata.normalize("NFC", base + tone) for tone in _TONES))
) | frozenset("đĐ")
_SIGNS = frozenset("“”‘’–—…•°§«»\u00a0²³½")


class UnknownEncodingError(UnreadableError):
    """The form of the bytes does not show how they were written, or not as it was declared."""


class Text(NamedTuple):
    """Text, and how its bytes were written."""

    text: str
    encoding: str


def read_text(content: bytes, declared: str | None = None) -> Text:
    """The text of the bytes; UnknownEncodingError where the sender has to say how they were written.

    A byte-order mark says it; else what was declared, but that UTF-8 is UTF-8 whatever was declared; else UTF-16 shows
    by its zero bytes, UTF-8 by its form, cp1258 by its tones.
    """
    if content.startswith(_UTF32_MARKS) and not content.startswith(codecs.BOM_UTF16_LE + b"\x00\x00\x00"):
        raise UnreadableError("tệp ghi bằng UTF-32. Hãy lưu lại dưới dạng “CSV UTF-8”.")
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if declared in ("cp1258", "cp1252") and _is_utf8(content):
        declared = "utf-8"
    encoding = marked or declared or _utf16_without_mark(content)
    if encoding is not None:
        return Text(_decoded(content, encoding), encoding.removesuffix("-sig"))
    try:
        return Text(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        text = _cp1258(content)
        if text is None:
            raise _not_utf8(content, error.start) from None
        return Text(text, "cp1258")


def _is_utf8(content: bytes) -> bool:
    """Whether the bytes are UTF-8 beyond ASCII, which no text of one byte a letter is by chance."""
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _decoded(content: bytes, encoding: str) -> str:
    if encoding == "cp1252":
        return "".join(map(_cp1252, re.findall(rb"[\x00-\x7f]+|[\x80-\xff]+", content)))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding in ("utf-8", "utf-8-sig"):
            raise _not_utf8(content, error.start) from None
        raise UnreadableError(
            f"không đọc được như {encoding}: byte thứ {error.start + 1:,} sai, hoặc tệp bị cắt giữa chừng. "
            "Hãy lưu lại dưới dạng “CSV UTF-8”."
        ) from None
    return unicodedata.normalize("NFC", text) if encoding == "cp1258" else text


def _cp1252(part: bytes) -> str:
    """The letters of some bytes; the five that cp1252 leaves open are those of Latin-1, as every program reads them."""
    try:
        return part.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([b]).decode("cp1252" if b not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for b in part)


def _not_utf8(content: bytes, at: int) -> UnknownEncodingError:
    line = content[:at].count(b"\n") + 1
    return UnknownEncodingError(
        f"dòng {line}: có ký tự không phải UTF-8 (byte 0x{content[at]:02X}), và không rõ tệp ghi bằng bảng mã nào. "
        "Hãy lưu lại dưới dạng “CSV UTF-8”, hoặc ghi bảng mã vào source.toml của thư mục, "
        'ví dụ encoding = "cp1258".'
    )


def _utf16_without_mark(content: bytes) -> str | None:
    """UTF-16 and its byte order, where every other byte is a high byte of Vietnamese text, most of them zero."""
    sample = content[: _SAMPLE - _SAMPLE % 2]
    if len(content) % 2 or len(sample) < 4 or b"\x00" not in sample:
        return None
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[0::2]), ("utf-16-be", sample[0::2], sample[1::2])):
        if high.count(0) * 2 > len(high) and low.count(0) == 0 and _HIGH_BYTES.issuperset(high):
            return encoding
    return None


def _cp1258(content: bytes) -> str | None:
    """The text of cp1258, where it cannot be anything else; None where it can."""
    try:
        spread = content.decode("cp1258")
    except UnicodeDecodeError:
        return None
    text = unicodedata.normalize("NFC", spread)
    foreign = {char for char in set(text) if not char.isascii()} - _VIETNAMESE - _SIGNS
    is_certain = not foreign and sum(map(spread.count, _TONES)) >= _TONES_FOR_CERTAIN
    return text if is_certain else None
