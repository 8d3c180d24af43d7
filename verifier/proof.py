"""Verifying that a decision is in a sealed log, and its search before it, by proofs in a file (c2sp.org/tlog-proof)."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from verifier.notes import State, TrustedKey, UnreadableError, signed_state

_HEADER = "c2sp.org/tlog-proof@v1"
_BEGINS = re.compile(rf"^(?={re.escape(_HEADER)}$)", re.MULTILINE)


@dataclass(frozen=True)
class Proved:
    """An entry that is proved to be in a log, and the checkpoint that it is proved for."""

    number: int
    entry: dict[str, Any]
    state: State


def proved_in_order(text: str, *keys: TrustedKey) -> list[Proved]:
    """What the proofs of a file prove: the steps of a search, and right after them the decision that rests on them.

    UnreadableError as for `proved`, where the last entry is no decision, where a step of its search is left out, and
    where an entry is no step of the very search, or stands elsewhere in the log.
    """
    found = [proved(part, *keys) for part in _BEGINS.split(text) if part]
    if not found:
        raise UnreadableError("không phải tệp chứng minh")
    *steps, decision = found
    said = decision.entry.get("what")
    if decision.entry.get("act") != "decision" or not isinstance(said, dict):
        raise UnreadableError(f"mục {decision.number} không phải quyết định")
    if said.get("steps") != len(steps):
        raise UnreadableError(f"quyết định dựa trên {said.get('steps')} bước tìm kiếm, tệp có {len(steps)}")
    for number, step in enumerate(steps, start=decision.number - len(steps)):
        if step.number != number or step.state != decision.state or not _is_step_of(step.entry, decision.entry):
            raise UnreadableError(f"mục {step.number} không phải bước tìm kiếm ngay trước mục {decision.number}")
    return found


def _is_step_of(step: dict[str, Any], decision: dict[str, Any]) -> bool:
    """Whether an entry is a step of the search that a decision's entry rests on: of one row, in one transaction."""
    is_step = (step.get("act"), decision.get("act")) == ("search_step", "decision")
    return is_step and _query_of(step) == _query_of(decision)


def _query_of(entry: dict[str, Any]) -> list[Any]:
    """Row, transaction, and the keyed digest of what the row searched with."""
    said = entry.get("what")
    return [entry.get("row"), entry.get("seq"), said.get("query") if isinstance(said, dict) else None]


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
