"""BHXH codes: who holds which, and the issuing of the next number.

A drawn number is two digits of the issuing province and eight digits that tell neither order nor count: a keyed
permutation of the province's counter. The counter is a ledger row raised in the issuing transaction; a drawn number
that is known in any state, also as an alias, is skipped and recorded (DOMAIN 3). Where a policy says so, a person's own
number is taken instead.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.engine import Session, WriteSession
from registry.errors import RegistryError
from registry.home import Key

_HALF = 10_000
CAPACITY = _HALF * _HALF
_ROUNDS = 10


def permute(value: int, key: Key, province: str) -> int:
    """The eight-digit number of a counter value: a Feistel network over two halves of four digits.

    Ten rounds of a keyed hash; a bijection of 0..99,999,999 for every key and province.
    """
    if not 0 <= value < CAPACITY:
        raise RegistryError(f"province {province}: all {CAPACITY} numbers have been drawn")
    left, right = divmod(value, _HALF)
    for number in range(_ROUNDS):
        message = f"{province}:{number}:{right}".encode("ascii")
        digest = hmac.new(key.secret, message, hashlib.sha256).digest()
        left, right = right, (left + int.from_bytes(digest[:8], "big")) % _HALF
    return left * _HALF + right


def issue(session: WriteSession, key: Key, province: str) -> str:
    """A number never used before, drawn for a province. The caller gives it to a person in the same transaction."""
    while True:
        value = session.value("raise_code_counter", province=province)
        number = f"{province}{permute(value, key, province):08d}"
        is_new = session.run("know_number", number=number, seq=session.seq) == 1
        session.run(
            "add_code_draw",
            province=province,
            value=value,
            number=number,
            outcome="issued" if is_new else "skipped",
            key_id=key.key_id,
            seq=session.seq,
        )
        if is_new:
            return number


def take(session: WriteSession, number: str) -> None:
    """Remembers a number that is given as it stands, without a draw; RegistryError when it was known before."""
    if session.run("know_number", number=number, seq=session.seq) != 1:
        raise RegistryError("a number once used is never used again; run `motma check`")


def known(session: Session, numbers: Iterable[str]) -> set[str]:
    """Which of some numbers are known, in whatever state."""
    return {row.number for row in session.rows_for("known_numbers", "numbers", sorted(set(numbers)))}


def add_codes(session: WriteSession, codes: Sequence[Mapping[str, Any]], origin: str) -> None:
    """Adds codes (code, person_id, status) and remembers their numbers for ever."""
    ids = session.next_ids("code", len(codes)) if codes else range(0)
    if origin == "extract":
        session.run_many("know_number", [{"number": code["code"], "seq": session.seq} for code in codes])
    session.run_many(
        "add_code",
        [
            {**code, "code_id": code_id, "origin": origin, "seq": session.seq, "at": session.at}
            for code_id, code in zip(ids, codes, strict=True)
        ],
    )
    session.run_many(
        "add_code_status",
        [
            {"code_id": code_id, "seq": session.seq, "status": code["status"]}
            for code_id, code in zip(ids, codes, strict=True)
        ],
    )


def holders(session: Session, codes: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """code → [(person_id, status)] of everyone who holds or held it."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in session.rows_for("persons_by_code", "codes", sorted(set(codes))):
        found.setdefault(row.code, []).append((row.person_id, row.status))
    return found


def disputed(session: Session, limit: int) -> list[tuple[str, int]]:
    """(code, person_id) of everyone who holds a disputed code, by code."""
    return [(row.code, row.person_id) for row in session.rows("disputed_codes", limit=limit)]


@dataclass(frozen=True)
class ProvinceCount:
    """The numbers of one province: `drawn` = `issued` + `skipped`; `known_ahead` are known and not drawn yet."""

    province: str
    drawn: int
    issued: int
    skipped: int
    known_ahead: int


def province_counts(session: Session) -> list[ProvinceCount]:
    """The counts of every province that has drawn a number."""
    return [ProvinceCount(**row._mapping) for row in session.rows("province_counts")]


def issued_personal_numbers(session: Session) -> list[tuple[int, str]]:
    """(code_id, created_at) of every code that was issued as a personal number."""
    return [(row.code_id, row.created_at) for row in session.rows("issued_personal_numbers")]


@dataclass(frozen=True)
class Standing:
    """Who of some persons has an active code, and who has one that is disputed."""

    active: Mapping[int, str]
    disputed: frozenset[int]


def standing(session: Session, person_ids: Iterable[int]) -> Standing:
    """The standing of some persons."""
    rows = session.rows_for("codes_of_persons", "person_ids", sorted(set(person_ids)))
    return Standing(
        {row.person_id: row.code for row in rows if row.status == "active"},
        frozenset(row.person_id for row in rows if row.status == "disputed"),
    )
