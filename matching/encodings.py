"""Legacy text to Unicode: TCVN3, VNI, VISCII, VPS, VIQR, cp1258, and UTF-8 that was read as cp1252.

Text comes as a string in which each legacy byte was read as a character of cp1252 or latin-1, which is how a
spreadsheet or a UTF-8 file carries it; `carried` makes such text of bytes. Letters come from data/encodings.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from matching.valid_syllables import is_known

_LETTERS = Path(__file__).parent / "data" / "encodings" / "vn_legacy_charmaps.csv"


def _character(byte: int) -> str:
    """What a byte is in cp1252; in latin-1 where cp1252 leaves it undefined."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


#: What each byte from 0x80 on may stand as: its character of cp1252, and of latin-1.
CARRIERS: Mapping[int, tuple[str, ...]] = {
    byte: tuple(dict.fromkeys((_character(byte), chr(byte)))) for byte in range(0x80, 0x100)
}
_MOST_WORDS = 1 << 16
_BYTES = {char: byte for byte, chars in CARRIERS.items() for char in chars}

#: What replaces a tone sign of VIQR when a word processor had its way with it.
_VIQR_SIGNS = str.maketrans("’´ʼ˜ˆ", "'''~^")
_CAPITALS, _SMALL, _STARTS_SMALL = map(re.compile, (r"[A-Z][^\W\d_]*[A-Z]", "[a-z]", r"(?:^|\s)[a-z]"))
_WORD = re.compile(r"[^\W\d_]+")
_LOST_U = re.compile("(?<![ưƯ])[ơờớởỡợ](?=(?:ng|c|u)$)", re.IGNORECASE)
_LOST_D = re.compile("(?<![^\\W\\d_])Ä\ufffd?(?=[^\\W\\d_])")
_LOST_A = re.compile("(?<=[^\\W\\d_])Ã\ufffd?(?: (?=(?:nh?|ng|m|[iouy])(?![^\\W\\d_]))|(?= |$))")


def carried(content: bytes) -> str:
    """The bytes as text in which each legacy byte is one character that `decode` knows."""
    return "".join(chr(byte) if byte < 0x80 else CARRIERS[byte][0] for byte in content)


@lru_cache(maxsize=1)
def _letters() -> tuple[dict[str, str], ...]:
    with _LETTERS.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _one_byte(*columns: str) -> dict[int, str]:
    """A table for str.translate: every character that carries a byte to the letter; earlier columns come first."""
    table: dict[int, str] = {}
    for column in columns:
        for row in _letters():
            if row[column]:
                byte = int(row[column], 16)
                for char in CARRIERS.get(byte, (chr(byte),)):
                    table.setdefault(ord(char), row["char"])
    return table


class _Sequences:
    """Sequences of characters that stand for a letter, the longest first."""

    def __init__(self, letters: Mapping[str, str]) -> None:
        self._letters = letters
        self._pattern = re.compile("|".join(map(re.escape, sorted(letters, key=len, reverse=True))))

    def decoded(self, text: str) -> str:
        """The text with every sequence replaced by its letter."""
        return self._pattern.sub(lambda found: self._letters[found[0]], text)


@lru_cache(maxsize=1)
def _vni() -> _Sequences:
    """VNI writes a base letter and a mark behind it; the case of the base decides, whatever that of the mark."""
    letters: dict[str, str] = {}
    for row in _letters():
        for code in filter(None, (row["vni_win_hex"], row["vni_alt_hex"])):
            text = carried(bytes.fromhex(code))
            for mark in {text[1:].lower(), text[1:].upper()}:
                letters[text[0] + mark] = row["char"]
    return _Sequences(letters)


@lru_cache(maxsize=1)
def _viqr() -> _Sequences:
    letters = {row["viqr"]: row["char"] for row in _letters()}
    letters |= {code.replace("+", "*"): letter for code, letter in letters.items() if "+" in code}
    letters |= {"Dd": "Đ", "dD": "Đ"}
    letters |= {f"\\{sign}": sign for sign in "`'?~.(^+*dD\\"}
    return _Sequences(letters)


@lru_cache(maxsize=1)
def _tcvn3_table() -> dict[int, str]:
    return _one_byte("tcvn3_abc_hex", "tcvn5712_vn1_hex")


@lru_cache(maxsize=1)
def _viscii_table() -> dict[int, str]:
    return _one_byte("viscii_hex")


@lru_cache(maxsize=1)
def _vps_table() -> dict[int, str]:
    return _one_byte("vps_hex")


@lru_cache(maxsize=1)
def _cp1258_table() -> dict[int, str]:
    table = {}
    for byte, chars in CARRIERS.items():
        letter = bytes([byte]).decode("cp1258", "ignore")
        table.update({ord(char): letter for char in chars if letter and letter != char})
    return table


def _with_lost_u(word: str) -> str:
    """The word with the ư whose code, a soft hyphen, a program took away: Phơng was Phương, Ajrơng is a name."""
    whole = _LOST_U.sub(lambda found: "ư" + found[0], word)
    return whole if whole != word and is_known(whole) and not is_known(word) else word


def _tcvn3(word: str) -> str:
    return _WORD.sub(lambda found: _with_lost_u(found[0]), word.translate(_tcvn3_table()))


def _case_of(text: str) -> str:
    """The case that ABC fonts show: they have no codes for capitals with a tone, .VnTimeH shows the small ones so."""
    if not _SMALL.search(text) and _CAPITALS.search(text):
        return "upper"
    return "as_is" if _STARTS_SMALL.search(text) else "title"


def _in_case(word: str, case: str) -> str:
    capitals = [char for char in word if char.isascii() and char.isalpha()]
    if case == "upper" or (len(capitals) > 1 and all(map(str.isupper, capitals))):
        return word.upper()
    return word[:1].upper() + word[1:] if case == "title" else word


@lru_cache(maxsize=1)
def _utf8_sequences() -> re.Pattern[str]:
    def any_of(first: int, last: int) -> str:
        return "[" + "".join(re.escape(char) for byte in range(first, last + 1) for char in CARRIERS[byte]) + "]"

    rest = any_of(0x80, 0xBF)
    return re.compile(f"{any_of(0xC2, 0xDF)}{rest}|{any_of(0xE0, 0xEF)}{rest}{{2}}|{any_of(0xF0, 0xF4)}{rest}{{3}}")


@lru_cache(maxsize=4096)
def _utf8_letter(sequence: str) -> str:
    try:
        return bytes(_BYTES[char] for char in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return sequence


def _utf8(word: str) -> str:
    decoded = _utf8_sequences().sub(lambda found: _utf8_letter(found[0]), word)
    return _LOST_D.sub("Đ", decoded) if "Ä" in decoded else decoded


_DECODERS: Mapping[str, Callable[[str], str]] = {
    "tcvn3": _tcvn3,
    "vni": lambda text: _vni().decoded(text),
    "viscii": lambda text: text.translate(_viscii_table()),
    "vps": lambda text: text.translate(_vps_table()),
    "viqr": lambda text: _viqr().decoded(text.translate(_VIQR_SIGNS)),
    "utf8-as-cp1252": _utf8,
    "cp1258": lambda text: text.translate(_cp1258_table()),
}

ENCODINGS = tuple(_DECODERS)


class _WordTable(dict[str, str]):
    """What each word becomes, worked out when it is first met; names are made of few distinct words."""

    def __init__(self, encoding: str, case: str) -> None:
        super().__init__()
        self._decoder, self._case = _DECODERS[encoding], case

    def __missing__(self, word: str) -> str:
        decoded = unicodedata.normalize("NFC", self._decoder(unicodedata.normalize("NFC", word)))
        if self._case and not word.isascii():
            decoded = _in_case(decoded, self._case)
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = decoded
        return decoded


@lru_cache(maxsize=32)
def _word_table(encoding: str, case: str) -> _WordTable:
    return _WordTable(encoding, case)


def decode(text: str, encoding: str) -> str:
    """The text in Unicode, NFC; `encoding` is one of ENCODINGS, ValueError if not.

    What the encoding does not know stays as it is. Nothing here asks whether the result is Vietnamese.
    """
    if encoding not in _DECODERS:
        raise ValueError(f"{encoding!r} is no legacy encoding; use one of {', '.join(ENCODINGS)}")
    if encoding == "utf8-as-cp1252" and ("Ã " in text or text.endswith(("Ã", "Ã\ufffd"))) and _SMALL.search(text):
        text = _LOST_A.sub("Ã\xa0", text)
    case = _case_of(text) if encoding == "tcvn3" else ""
    return " ".join(map(_word_table(encoding, case).__getitem__, text.split(" ")))
