"""Whatever is done to a file's bytes, its reading ends in rows or in a refusal, within time, and never in a traceback.

MOTMA_FUZZ says how many inputs (default 300), MOTMA_FUZZ_SEED where to begin; both are printed.
"""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.intake_files import MadeFile, made_files
from benchmarks.intake_writers import zip_bytes
from casework.preview import preview
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from pipelines.unreadable import UnreadableError

INPUTS = int(os.environ.get("MOTMA_FUZZ", "300"))
SEED = int(os.environ.get("MOTMA_FUZZ_SEED", "20261122"))
#: A refusal may wait for the limits of a process, but no small file has reason to.
SECONDS = 20.0

_SPECIAL = (b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"<", b"&", b"PK\x05\x06", b"\xef\xbb\xbf", b"\xff\xfe", b"=")


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The bytes with a few of them changed, cut, doubled or moved."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(data) + 1)
        length = rng.choice((1, 1, 4, 64, 1024))
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = rng.choice(_SPECIAL)
            case 4:
                data[at : at + length] = rng.randbytes(length)
            case 5 if rng.random() < 0.2:
                del data[at:]
    return bytes(data)


def mutated_inside(content: bytes, rng: random.Random) -> bytes:
    """The archive with one part mutated and packed again, so that what reads the parts is met too."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(parts))
    return zip_bytes({**parts, name: mutated(parts[name], rng)})


def check(folder: Path, name: str, content: bytes) -> bool:
    """Whether the file was read; every row that was read is understood."""
    path = folder / name
    path.write_bytes(content)
    started = time.monotonic()
    was_read = False
    for _, found in read_path(path, Sender(), known_profiles()):
        assert isinstance(found, (ReadFile, UnreadableError))
        if isinstance(found, ReadFile):
            was_read = True
            for sheet, seen in zip(found.received.sheets, preview(found.received), strict=True):
                assert seen.rows == len(sheet.rows)
        else:
            assert str(found)
    assert time.monotonic() - started < SECONDS
    return was_read


@pytest.mark.slow
def test_mutated_files_are_read_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = list(made_files())
    read = 0
    for number in range(INPUTS):
        rng = random.Random(SEED + number)
        made = rng.choice(files)
        is_archive = made.content.startswith(b"PK")
        content = (mutated_inside if is_archive and rng.random() < 0.7 else mutated)(made.content, rng)
        try:
            read += check(tmp_path, made.name, content)
        except BaseException:
            print(f"seed {SEED + number}, {made.name}")
            raise
    with capsys.disabled():
        print(f"\n{INPUTS} mutated files from seed {SEED}: {read} read, {INPUTS - read} refused, no traceback")
    assert 0 < read < INPUTS


def texts(made: MadeFile) -> Callable[[str], bytes]:
    """What puts a text into the name of the file's first person."""
    name = made.sheets[0].people[0]["full_name"].split("\n")[0].encode()
    return lambda text: made.content.replace(name, text.replace('"', '""').encode("utf-8", "replace"), 1)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_in_a_cell_is_a_row_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    made = next(file for file in made_files() if file.name == "commune_utf-8.csv")
    check(tmp_path_factory.mktemp("fuzz"), made.name, texts(made)(text))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    check(tmp_path_factory.mktemp("fuzz"), "a.csv", content)
