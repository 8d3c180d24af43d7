"""Verifying that one entry is in a sealed log, by a proof in a file (c2sp.org/tlog-proof)."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from verifier.notes import State, TrustedKey, UnreadableError, signed_state

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Proved:
    """An entry that is proved to be in a log, and the checkpoint that it is proved for."""

    number: int
    entry: dict[str, Any]
    state: State


def proved(text: str, *keys: TrustedKey) -> Proved:
    """What a proof proves; UnreadableError where it proves nothing, or a key's signature is missing."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        header, extra, index, *path = lines
        entry = b64decode(extra.removeprefix("extra "), validate=True)
        place = int(index.removeprefix("index "))
        hashes = [b64decode(line, validate=True) for line in path]
        said = json.loads(entry)
    except (ValueError, binascii.Error):
        raise UnreadableError("không phải tệp chứng minh") from None
    is_formed = header == _HEADER and extra.startswith("extra ") and index == f"index {place}" and place >= 0
    if not blank or not is_formed or not isinstance(said, dict):
        raise UnreadableError("không phải tệp chứng minh")
    state = signed_state(note, *keys)
    if _root(sha256(b"\x00" + entry).digest(), place, state.size, hashes) != state.root:
        raise UnreadableError("mục này không có trong nhật ký đã niêm phong")
    return Proved(place + 1, said, state)


def _root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path leads to; None where its length does not fit the place."""
    steps = iter(path)

    def climb(start: int, end: int) -> bytes | None:
        if end - start == 1:
            return leaf
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        below = climb(start, middle) if index < middle else climb(middle, end)
        other = next(steps, None)
        if below is None or other is None:
            return None
        return sha256(b"\x01" + (below + other if index < middle else other + below)).digest()

    found = climb(0, size) if index < size else None
    return found if next(steps, None) is None else None
