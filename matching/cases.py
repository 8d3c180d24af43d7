"""What is decided: a row with its candidates, the thresholds it is held against, and the ruling that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.numbers import PARENT_YEARS

#: changes that may bring a person whom nobody knows yet
ARRIVALS = ("birth", "addition", "move_in")


@dataclass(frozen=True)
class Thresholds:
    """Posteriors: link at `upper` or above; issue where no candidate reaches `lower`, and where it is less likely than
    `missed` that the person is in the register and the search did not meet him."""

    upper: float
    lower: float
    missed: float


@dataclass(frozen=True)
class Candidate:
    """A record that the row met: a person of the register, or (negative record_id) another row.

    `odds` is log2 of "same" against everybody else who could look so; `price` is what the row's household would lose by
    it (matching/assign.py). `tied_to` are the persons that a waiting row itself weighs. `verdict` is an officer's word
    on this pair: same, not_same, or doubted (words that do not fit together, or do not hold as they were said); None
    without one. `years_apart` lie between the birth years, where both are known.
    """

    record_id: int
    odds: float
    match_weight: float
    likeliest_other: str
    levels: Mapping[str, str]
    is_deceased: bool = False
    has_active_code: bool = True
    is_disputed: bool = False
    verdict: str | None = None
    tied_to: frozenset[int] = frozenset()
    price: float = 0.0
    years_apart: int | None = None

    def has(self, comparison: str, *levels: str) -> bool:
        """Whether a comparison came out at one of some levels."""
        return self.levels.get(comparison) in levels

    @property
    def has_same_date(self) -> bool:
        """Whether the birth dates agree but for a slip."""
        return self.has("birth", "full", "swapped", "slip")

    @property
    def has_clashing_date(self) -> bool:
        """Whether the birth dates are those of two persons, by what they say alone."""
        return self.has("birth", "same_year", "different_year", "clash", "far")

    @property
    def may_be_of_another_generation(self) -> bool:
        """Whether a year that differs by a digit may be that of a son who has his father's name and birthday.

        It may where a generation lies between the years, or the relations to the head differ; but not where a number of
        the person's own agrees. Where a generation lies between, a code may be the father's, unless the relation is the
        same.
        """
        is_apart = self.years_apart is not None and self.years_apart >= PARENT_YEARS
        is_own_code = self.has("code", "same") and not (is_apart and not self.has("relation", "single", "plural"))
        is_proven = is_own_code or self.has("personal_id", "same") or self.has("old_id", "same")
        return self.has("birth", "year_slip") and (is_apart or self.has("relation", "different")) and not is_proven

    @property
    def has_other_given_name(self) -> bool:
        """Whether the given names differ so much that twins are likelier than a slip of the pen."""
        return self.has("given", "different", "typo")

    @property
    def agrees_in_number(self) -> bool:
        """Whether a strong number (code or personal id) is the same."""
        return self.has("code", "same") or self.has("personal_id", "same")

    @property
    def has_a_number(self) -> bool:
        """Whether any number of the person's own is the same."""
        return self.agrees_in_number or self.has("old_id", "same")

    @property
    def is_tied(self) -> bool:
        """Whether any number or the household is the same: more than a name, a date and places that others share."""
        return self.has_a_number or self.has("household", "same")

    @property
    def bears_the_name(self) -> bool:
        """Whether the whole name agrees, marks aside."""
        parts = (("given", "same", "flat"), ("middle", "same", "flat", "none"), ("surname", "same", "flat"))
        return all(self.has(*part) for part in parts)

    @property
    def is_somebody_else(self) -> bool:
        """Whether the given name and the birth date both differ, and nothing ties it to the household."""
        is_near = self.has("household", "same") or self.has("parents", "both", "one", "close", "mixed")
        return self.has("given", "different") and self.has_clashing_date and not is_near

    @property
    def is_namesake_elsewhere(self) -> bool:
        """Whether it is of another household, though nobody says that it moved, and but for name, date and places
        nothing agrees that is its own. Whoever moves in does not live there yet."""
        is_near = self.has("parents", "both", "one", "close") or self.has("phone", "same")
        lives_there = self.has("household", "moved") and self.has("place", "residence")
        return (self.has("household", "different") or lives_there) and not (self.is_tied or is_near)

    @property
    def is_family(self) -> bool:
        """Whether the household or a parent is the same."""
        return self.has("household", "same") or self.has("parents", "both", "one", "close")

    @property
    def looks_like_a_twin(self) -> bool:
        """One birth date and one family, but another given name; a number that agrees may be the twin's."""
        return self.is_family and self.has_same_date and self.has_other_given_name


@dataclass(frozen=True)
class Case:
    """A row to decide. `lacks` names what a code would need and the row does not have. `is_unnamed`: what stands for
    the name is none, or the mother's; whether it is the person's own as well is for an officer to say.

    `judged_new`: an officer said that no person he saw is this one. Those are marked not_same; one that he did not see
    still stands in the way, but no row that waits: it is set against the new person next. `is_doubted`: a later row of
    the batch may be both this person and somebody else; no code is issued before that is settled. `household` is the
    household that the row names. `number_disagrees`: the personal id tells of another year or sex than the row.
    `brings_a_child`: it adds somebody under 18, with a personal id of the child's own.
    """

    row_id: int
    event: str
    is_complete: bool
    is_unnamed: bool
    lacks: tuple[str, ...]
    prior: float
    missed: float
    candidates: Sequence[Candidate]
    number_is_anothers: bool = False
    number_disagrees: bool = False
    judged_new: bool = False
    is_doubted: bool = False
    household: str | None = None
    brings_a_child: bool = False

    def proves(self, candidate: Candidate) -> bool:
        """Whether a strong number shows that the row is about this candidate, so that it may record a death.

        A code does; a personal id where it fits what the row says of the person, and no other person has it. Neither
        does where a son may have his father's code.
        """
        if candidate.may_be_of_another_generation:
            return False
        others = (other for other in self.candidates if other.record_id > 0)
        holders = {other.record_id for other in others if other.has("personal_id", "same")}
        is_own = not self.number_disagrees and holders <= {candidate.record_id}
        return candidate.has("code", "same") or (candidate.has("personal_id", "same") and is_own)


@dataclass(frozen=True)
class Ruling:
    """What is to be done with a row.

    A link goes to `person_id`, or to whoever `same_as_row` becomes. `posteriors` has one number per candidate, in
    the order of the case's candidates. `rests_on` is the row of this batch by which the row was found to be about
    `person_id`, where it was less sure by the person's own record. `doubted_rows` are rows of this batch that were to
    be issued a code and may be the same person as somebody else.
    """

    outcome: str
    reason: str | None = None
    person_id: int | None = None
    same_as_row: int | None = None
    waits_for_row: int | None = None
    posterior: float | None = None
    posteriors: Sequence[float] = ()
    best: int | None = None
    rests_on: int | None = None
    doubted_rows: tuple[int, ...] = ()
