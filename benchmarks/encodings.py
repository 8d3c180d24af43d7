"""How well legacy text is told from Unicode: columns of made names, encoded and not, detected and decoded.

    python -m benchmarks.encodings [--seed 1] [--columns 1000] [--names 100000] [--rows 100000] [--json]

For each encoding, columns of 20 names are encoded (a third of them in capitals) and must be detected; restored are
those of which every name comes back. In Unicode, columns of 3 to all names must stay as they are: as drawn, of single
peoples, without marks, in capitals, with tone marks in their old seats, decomposed, of syllables of no language that
the program knows. `forgotten` does the same without the words of minority names that it knows.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
from unidecode import unidecode

from benchmarks.world_names import KINH, Names, draw_people, full_names
from matching import valid_syllables
from matching.decode_columns import decode_columns
from matching.detect import detect
from matching.encodings import CARRIERS, ENCODINGS, decode
from matching.schemas import RECEIVED
from matching.text import fold

_CHARMAPS = Path(__file__).parents[1] / "matching" / "data" / "encodings" / "vn_legacy_charmaps.csv"
_COLUMNS = {
    "tcvn3": "tcvn3_abc_hex",
    "vni": "vni_win_hex",
    "viscii": "viscii_hex",
    "vps": "vps_hex",
}
_OLD_SEATS = (
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("ọa", "oạ"),
    ("úy", "uý"),
    ("ùy", "uỳ"),
    ("ủy", "uỷ"),
    ("òe", "oè"),
)
#: Where the made people live: provinces of all the peoples that are drawn, of the 63-list.
_PROVINCES = (
    "01",
    "02",
    "11",
    "12",
    "14",
    "22",
    "38",
    "48",
    "56",
    "58",
    "60",
    "62",
    "64",
    "66",
    "68",
    "79",
    "84",
    "94",
)
_SIZES = (3, 5, 10, 20, 50, 100, 1000)
_MOST_COLUMNS = 500
#: Syllables of no language in particular, in letters that a byte of cp1252 could stand for.
_INITIALS = (
    "b",
    "bl",
    "br",
    "d",
    "dj",
    "dr",
    "h",
    "hl",
    "hr",
    "j",
    "k",
    "kl",
    "kr",
    "ks",
    "l",
    "m",
    "ml",
    "n",
    "pl",
    "r",
)
_VOWELS = (
    "a",
    "â",
    "à",
    "á",
    "ã",
    "e",
    "ê",
    "è",
    "é",
    "i",
    "ì",
    "í",
    "o",
    "ô",
    "ò",
    "ó",
    "õ",
    "u",
    "ù",
    "ú",
    "y",
    "ý",
    "iê",
)
_FINALS = ("", "", "h", "k", "l", "m", "n", "ng", "p", "r", "t", "o", "i")
#: cp1258 has letters for these; the other tones are marks of their own behind the vowel.
_CP1258_WHOLE = frozenset("ÀÁÂĂÈÉÊÔƠÙÚƯàáâăèéêôơùúưĐđÓó")


@lru_cache(maxsize=8)
def _bytes(encoding: str) -> dict[str, bytes]:
    with _CHARMAPS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if encoding == "viqr":
        return {row["char"]: row["viqr"].encode("ascii") for row in rows}
    codes = {row["char"]: bytes.fromhex(row[_COLUMNS[encoding]]) for row in rows if row[_COLUMNS[encoding]]}
    if encoding == "tcvn3":
        codes |= {char: codes[char.lower()] for char in (row["char"] for row in rows) if char not in codes}
    return codes


def _spread(char: str) -> bytes:
    """One letter in cp1258: the letter that it has, and the tone mark behind it."""
    if char in _CP1258_WHOLE or char.isascii():
        return char.encode("cp1258")
    spread = unicodedata.normalize("NFD", char)
    tone = next((mark for mark in spread if mark in "\u0300\u0301\u0303\u0309\u0323"), "")
    return (unicodedata.normalize("NFC", spread.replace(tone, "", 1)) + tone).encode("cp1258")


def encode(text: str, encoding: str, carrier: int = 0) -> str:
    """The text as a legacy program wrote it and a spreadsheet read it: as cp1252 (carrier 0) or as latin-1 (1)."""
    if encoding == "utf8-as-cp1252":
        content = text.encode("utf-8")
    elif encoding == "cp1258":
        content = b"".join(map(_spread, text))
    else:
        codes = _bytes(encoding)
        content = b"".join(codes[char] if char in codes else char.encode("ascii") for char in text)
    return "".join(
        CARRIERS[byte][min(carrier, len(CARRIERS[byte]) - 1)] if byte > 0x7F else chr(byte) for byte in content
    )


def writable(name: str) -> str:
    """The name in the letters that legacy encodings have: ŭ and č were never among them."""
    letters = _bytes("viqr")
    plain = unicodedata.normalize("NFC", name).replace("’", "'")
    return "".join(char if char.isascii() or char in letters else unidecode(char) for char in plain)


def made_names(seed: int, size: int) -> tuple[list[str], list[str]]:
    """So many full names, and the people of each."""
    rng = np.random.default_rng(seed)
    province = np.array(_PROVINCES, dtype=object)[rng.integers(0, len(_PROVINCES), size)]
    people = draw_people(rng, province)
    sex = np.array(["M", "F"], dtype=object)[rng.integers(0, 2, size)]
    year = rng.integers(1930, 2026, size)
    names = Names(rng)
    surname = names.surnames(rng, people, province)
    middle, given = names.middles(rng, people, sex, year), names.given(rng, people, sex, year)
    return [str(name) for name in full_names(people, surname, middle, given)], [str(name) for name in people]


def right_columns(seed: int, columns: int, size: int = 20) -> dict[str, dict[str, int]]:
    """For each encoding: columns tried, detected, and restored to the letter (but for case)."""
    names, _ = made_names(seed, columns * size)
    told: dict[str, dict[str, int]] = {}
    for encoding in ENCODINGS:
        found = {"columns": columns, "detected": 0, "restored": 0}
        for number in range(columns):
            column = [writable(name) for name in names[number * size : (number + 1) * size]]
            if number % 3 == 0:
                column = [name.upper() for name in column]
            written = [encode(name, encoding, number % 2) for name in column]
            found["detected"] += detect(written).encoding == encoding
            back = [decode(text, encoding) for text in written]
            found["restored"] += [name.casefold() for name in back] == [name.casefold() for name in column]
        told[encoding] = found
    return told


def unicode_columns(seed: int, size: int) -> Iterator[tuple[str, list[str]]]:
    """Kinds of good Unicode columns, and their names."""
    names, people = made_names(seed, size)
    yield "as drawn", names
    for one in sorted(set(people) - {KINH}):
        yield one, [name for name, of in zip(names, people, strict=True) if of == one]
    yield "minorities", [name for name, of in zip(names, people, strict=True) if of != KINH]
    yield "curly apostrophes", [name.replace("'", "’") for name, of in zip(names, people, strict=True) if of != KINH]
    yield "capitals", [name.upper() for name in names]
    yield "without marks", [fold(name).title() for name in names]
    yield "half without marks", [fold(name) if at % 2 else name for at, name in enumerate(names)]
    yield "decomposed", [unicodedata.normalize("NFD", name) for name in names]
    yield "old seats", [_old_seats(name) for name in names]
    yield "invented syllables", _invented(seed, size // 10)
    yield "letters of latin-1 alone", [name for name in names if not name.isascii() and max(name) <= "\xff"]


def _invented(seed: int, size: int) -> list[str]:
    rng = np.random.default_rng(seed)
    parts = (
        np.array(kind, dtype=object)[rng.integers(0, len(kind), 3 * size)] for kind in (_INITIALS, _VOWELS, _FINALS)
    )
    syllables = [initial + vowel + final for initial, vowel, final in zip(*parts, strict=True)]
    return [" ".join(syllables[at : at + 3]).title() for at in range(0, 3 * size, 3)]


def _old_seats(name: str) -> str:
    for new, old in _OLD_SEATS:
        name = name.replace(new, old)
    return name


def changed_columns(seed: int, size: int) -> dict[str, dict[str, int]]:
    """For each kind of good Unicode column: names, columns tried, and how many would be changed, or are in doubt."""
    told = {}
    for kind, names in unicode_columns(seed, size):
        found = {"names": len(names), "columns": 0, "changed": 0, "possible": 0}
        for length in (*_SIZES, max(len(names), 1)):
            for start in range(0, len(names), length)[:_MOST_COLUMNS]:
                detection = detect(names[start : start + length])
                found["columns"] += 1
                found["changed"] += detection.encoding is not None
                found["possible"] += detection.possible is not None
        told[kind] = found
    return told


def forgotten(seed: int, size: int) -> dict[str, dict[str, int]]:
    """As `changed_columns`, with no word of minority names known to the program."""
    valid_syllables.forget()
    with mock.patch.object(valid_syllables, "_others", frozenset):
        told = changed_columns(seed, size)
    valid_syllables.forget()
    return told


def seconds(seed: int, rows: int) -> dict[str, float]:
    """Seconds of wall time to detect and decode six text columns of so many rows, for each encoding and for Unicode."""
    columns = ("full_name", "head_name", "father_name", "mother_name", "residence_name", "address")
    names, _ = made_names(seed, rows * len(columns))
    texts = [writable(name) for name in names]
    blank = {name: pl.Series([None] * rows, dtype=kind) for name, kind in RECEIVED.items()}
    told = {}
    for encoding in (None, *ENCODINGS):
        written = [encode(text, encoding) for text in texts] if encoding else texts
        parts = {name: written[at * rows : (at + 1) * rows] for at, name in enumerate(columns)}
        frame = pl.DataFrame({**blank, **parts}, schema=dict(RECEIVED))
        start = time.perf_counter()
        decode_columns(frame, None)
        told[encoding or "unicode"] = round(time.perf_counter() - start, 2)
    return told


def main(arguments: Sequence[str]) -> int:
    """0 when at least 99.5 % of the legacy columns are detected and no good one is changed, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encodings", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=1000, help="columns of 20 names for each encoding")
    parser.add_argument("--names", type=int, default=100_000, help="good Unicode names")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of six columns, for the time")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(arguments)
    result: dict[str, Any] = {
        "seed": told.seed,
        "legacy": right_columns(told.seed, told.columns),
        "unicode": changed_columns(told.seed, told.names),
        "forgotten": forgotten(told.seed, told.names),
        "seconds": seconds(told.seed, told.rows),
    }
    if told.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)
    is_right = all(found["detected"] >= 0.995 * found["columns"] for found in result["legacy"].values())
    is_safe = not any(found["changed"] for kind in ("unicode", "forgotten") for found in result[kind].values())
    return 0 if is_right and is_safe else 1


def _print(result: dict[str, Any]) -> None:
    print(f"seed {result['seed']}")
    for encoding, found in result["legacy"].items():
        print(f"{encoding:16} {found['detected']} of {found['columns']} detected, {found['restored']} restored")
    for part in ("unicode", "forgotten"):
        for kind, found in result[part].items():
            line = f"{found['names']:,} names in {found['columns']:,} columns: {found['changed']} changed"
            print(f"{part:10} {kind:26} {line}, {found['possible']} in doubt")
    print("seconds:", ", ".join(f"{encoding} {spent}" for encoding, spent in result["seconds"].items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
