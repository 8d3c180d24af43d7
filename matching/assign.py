"""One to one: rows of one household are different people, so what one of them takes the others cannot have.

A candidate has a price: what the household's other rows lose, in bits, when this row is that person. It is the
difference of two optimal assignments of the other rows, with that person and without; no order of the rows matters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Array = npt.NDArray[np.float64]

#: log2 odds that two rows are one person, where they share no key by which they could have met
_NEVER_MET = -10.0


class Claim(NamedTuple):
    """A row's claim on a person of the register: log2 of the odds that it is that person and not somebody new."""

    row: int
    person: int
    odds: float


def prices(
    households: Mapping[int, str], claims: Sequence[Claim], rows: Mapping[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """(row, person) → price in bits, where there is one to pay.

    `households` names the household of each row that has one. `rows` holds the log2 odds that two rows are one person,
    by both orders; a price is no higher than the odds that they are two.
    """
    by_person: dict[tuple[str, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.row in households and claim.odds > 0:
            by_person[households[claim.row], claim.person].append(claim)
    contested = {household for (household, _), held in by_person.items() if len(held) > 1}
    found: dict[tuple[int, int], float] = {}
    for household in sorted(contested):
        own = [claim for (name, _), held in by_person.items() if name == household for claim in held]
        found.update(_prices_within(own, rows))
    return found


def _prices_within(claims: Sequence[Claim], rows: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """The prices among the rows of one household."""
    row_ids = sorted({claim.row for claim in claims})
    persons = sorted({claim.person for claim in claims})
    worth = np.zeros((len(row_ids), len(persons)))
    for claim in claims:
        worth[row_ids.index(claim.row), persons.index(claim.person)] = claim.odds
    found = {}
    for claim in claims:
        at, person = row_ids.index(claim.row), persons.index(claim.person)
        others = np.delete(worth, at, axis=0)
        with_all, holders = _best(others)
        without, _ = _best(np.delete(others, person, axis=1))
        holder = next(
            (row for row, held in zip([r for r in row_ids if r != claim.row], holders, strict=True) if held == person),
            None,
        )
        if holder is None:
            continue
        are_two = -rows.get((claim.row, holder), _NEVER_MET)
        price = min(with_all - without, are_two)
        if price > 0:
            found[claim.row, claim.person] = price
    return found


def _best(worth: Array) -> tuple[float, list[int | None]]:
    """The worth of the best assignment of rows to persons, and the person of each row; a row may have none."""
    at, persons = linear_sum_assignment(worth, maximize=True)
    holds: list[int | None] = [None] * len(worth)
    for row, person in zip(at, persons, strict=True):
        if worth[row, person] > 0:
            holds[row] = int(person)
    return float(worth[at, persons].sum()), holds
