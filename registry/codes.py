"""BHXH codes: who holds which, and the issuing of the next number.

A drawn number is two digits of the issuing province and eight digits that tell neither order nor count: a keyed
permutation of the province's counter. The counter is a ledger row raised in the issuing transaction; a drawn number
that is known in any state, also as an alias, is skipped and recorded (DOMAIN 3). Where a policy says so, a person's own
number is taken instead.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, deque
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


class Draws:
    """The numbers that one transaction gives out. They are looked up together, and written together at its end.

    The caller holds the issuing lock from before the draws are made until they are written.
    """

    def __init__(
        self, session: WriteSession, key: Key, provinces: Iterable[str] = (), own_numbers: Iterable[str] = ()
    ) -> None:
        """`provinces`: one for each number that is likely to be drawn; `own_numbers`: what may be taken instead."""
        self._session, self._key = session, key
        self._likely = Counter(provinces)
        self._counters: dict[str, int] = {}
        self._ahead: dict[str, deque[tuple[int, str]]] = {}
        self._known = known(session, own_numbers)
        self._drawn: list[dict[str, Any]] = []
        self._given: list[str] = []
        for province in self._likely:
            self._look_ahead(province)

    def _look_ahead(self, province: str) -> None:
        """Works out a province's next numbers, and which of them are known."""
        if province not in self._counters:
            row = self._session.one("code_counter", province=province)
            self._counters[province] = 0 if row is None else row.value
        first = self._counters[province] + 1
        values = range(first, first + max(1, self._likely[province]))
        self._counters[province] = values[-1]
        self._ahead[province] = deque(
            (value, f"{province}{permute(value, self._key, province):08d}") for value in values
        )
        self._known |= known(self._session, [number for _, number in self._ahead[province]])

    def draw(self, province: str) -> str:
        """A number never used before. The caller gives it to a person in the same transaction."""
        while True:
            if not self._ahead.get(province):
                self._look_ahead(province)
            value, number = self._ahead[province].popleft()
            is_new = number not in self._known
            self._drawn.append(
                {
                    "province": province,
                    "value": value,
                    "number": number,
                    "outcome": "issued" if is_new else "skipped",
                    "key_id": self._key.key_id,
                    "seq": self._session.seq,
                }
            )
            if is_new:
                self._known.add(number)
                self._given.append(number)
                return number

    def is_known(self, number: str) -> bool:
        """Whether one of the own numbers has been used, in whatever state."""
        return number in self._known

    def take(self, number: str) -> None:
        """Gives an own number as it stands, without a draw."""
        self._known.add(number)
        self._given.append(number)

    def write(self) -> None:
        """Raises the counters to the last number drawn, and remembers every number for ever."""
        last = {drawn["province"]: drawn["value"] for drawn in self._drawn}
        counters = [{"province": province, "value": value} for province, value in last.items()]
        self._session.run_many("set_code_counter", counters)
        self._session.run_many("add_code_draw", self._drawn)
        numbers = [{"number": number, "seq": self._session.seq} for number in self._given]
        self._session.run_many("use_number", numbers)


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


def of_person(session: Session, person_id: int) -> list[tuple[str, str, str, str]]:
    """(number, status, origin, since when it is known) of every state of each number of a person, oldest first."""
    found = session.rows("codes_of_person", person_id=person_id)
    return [(row.code, row.status, row.origin, row.created_at) for row in found]
