"""Files of change damaged in their bytes, in the parts of their archives and in the XML of those parts."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.intake_files import made_files
from benchmarks.intake_writers import zip_bytes

Change = Callable[[bytes, random.Random], bytes]

_SAMPLES = Path(__file__).parents[2] / "data_samples" / "inbox"
_SPECIAL = (b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"<", b"&", b"PK\x05\x06", b"\xef\xbb\xbf", b"\xff\xfe", b"=")
_TAG = re.compile(rb"<[^<>]+>")
_ATTRIBUTE = re.compile(rb'(?<==")[^"<>]*(?=")')
#: What may stand in an attribute that says where a cell is, what it is, which text, format or part is meant, how often.
_SAID = (
    *(b"", b"0", b"-1", b"A1", b"AAA1", b"XFD1048576", b"A99999999999", b"1:1048576", b"s", b"b", b"e", b"str", b"d"),
    *(b"inlineStr", b"99999", b"4294967296", b"1e308", b"NaN", b"rId1", b"../../etc/passwd", b"\xc4\x90", b"&#0;"),
)
#: Of what files are made: many more ways lie in a workbook than in text.
_KINDS = {".csv": 5, ".xlsx": 9, ".xls": 4, ".zip": 2}


def originals() -> dict[str, list[tuple[str, bytes]]]:
    """(name, bytes) of whole files by their ending."""
    files = [(file.name, file.content) for file in made_files()]
    files += [(path.name, path.read_bytes()) for path in sorted(_SAMPLES.rglob("*.csv"))]
    bundles = [(f"bundle_{at}.zip", zip_bytes(dict(files[at::20]))) for at in range(10)]
    return {kind: [file for file in [*files, *bundles] if file[0].endswith(kind)] for kind in _KINDS}


def mutant(files: dict[str, list[tuple[str, bytes]]], rng: random.Random) -> tuple[str, bytes]:
    """(name, bytes) of a file with one or more changes that its form allows."""
    (kind,) = rng.choices(list(_KINDS), list(_KINDS.values()))
    name, content = rng.choice(files[kind])
    if not content.startswith(b"PK") or rng.random() < 0.3:
        return name, _changed(content, _IN_BYTES, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    if rng.random() < 0.2:
        return name, zip_bytes(_regrouped(parts, rng))
    part = rng.choice(sorted(parts))
    changes = _IN_XML if part.endswith((".xml", ".rels")) and rng.random() < 0.7 else _IN_BYTES
    return name, zip_bytes({**parts, part: _changed(parts[part], changes, rng)})


def _changed(content: bytes, changes: Sequence[Change], rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        content = rng.choice(changes)(content, rng)
    return content


def _regrouped(parts: dict[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """The parts of an archive with two exchanged, one left out, or one more."""
    first, second = rng.choice(sorted(parts)), rng.choice(sorted(parts))
    match rng.randrange(4):
        case 0:
            return {**parts, first: parts[second], second: parts[first]}
        case 1:
            return {name: content for name, content in parts.items() if name != first}
        case 2:
            return {**parts, rng.choice(("xl/workbook.xml", "a.csv", "../a.csv", ".a.csv", "b.zip")): parts[first]}
    return {name.upper() if name == first else name: content for name, content in parts.items()}


def _place(content: bytes, rng: random.Random) -> tuple[int, int]:
    """Where something is changed, and where that ends."""
    at = rng.randrange(len(content) + 1)
    return at, at + rng.choice((1, 1, 4, 64, 1024))


def _bit(content: bytes, rng: random.Random) -> bytes:
    at, _ = _place(content, rng)
    return content[:at] + bytes(byte ^ (1 << rng.randrange(8)) for byte in content[at : at + 1]) + content[at + 1 :]


def _cut(content: bytes, rng: random.Random) -> bytes:
    at, end = _place(content, rng)
    return content[:at] + content[end:]


def _doubled(content: bytes, rng: random.Random) -> bytes:
    at, end = _place(content, rng)
    return content[:end] + content[at:]


def _spliced(content: bytes, rng: random.Random) -> bytes:
    (at, _), (other, end) = _place(content, rng), _place(content, rng)
    return content[:at] + content[other:end] + content[at:]


def _special(content: bytes, rng: random.Random) -> bytes:
    at, _ = _place(content, rng)
    return content[:at] + rng.choice(_SPECIAL) + content[at:]


def _noise(content: bytes, rng: random.Random) -> bytes:
    at, end = _place(content, rng)
    return content[:at] + rng.randbytes(end - at) + content[end:]


def _truncated(content: bytes, rng: random.Random) -> bytes:
    return content[: _place(content, rng)[0]] if rng.random() < 0.3 else content


def _tag(content: bytes, rng: random.Random) -> bytes:
    """A tag of the XML left out, doubled or put where another stood."""
    tags = list(_TAG.finditer(content))
    if not tags:
        return content
    tag, other = rng.choice(tags), rng.choice(tags)
    new = rng.choice((b"", tag[0] * 2, other[0], b"<!DOCTYPE x>" + tag[0]))
    return content[: tag.start()] + new + content[tag.end() :]


def _attribute(content: bytes, rng: random.Random) -> bytes:
    """An attribute of the XML that says something else."""
    said = list(_ATTRIBUTE.finditer(content))
    if not said:
        return content
    value, other = rng.choice(said), rng.choice(said)
    return content[: value.start()] + rng.choice((*_SAID, other[0])) + content[value.end() :]


_IN_BYTES: Sequence[Change] = (_bit, _cut, _doubled, _spliced, _special, _noise, _truncated)
_IN_XML: Sequence[Change] = (_tag, _attribute, _attribute, _attribute)
