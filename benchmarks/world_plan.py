"""Who is reported in which change file, with what event: the truth before anybody types it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.world_numbers import as_text
from benchmarks.world_people import CHILD, NEWBORN
from benchmarks.world_places import Ground

Array = NDArray[Any]

NEW_SHARE, SECOND_SHARE, INVALID_SHARE, NEWBORN_SHARE = 0.30, 0.042, 0.012, 0.11
COMMUNE, POST = 0, 1
INVALID = ("noname", "digits", "baddate", "future", "event")
#: Share of households that move in from elsewhere; the others' homes are known where they were.
WANDERS = 0.8
#: Events of persons who have a code, and of persons who have none.
EXISTING_EVENTS = (("add", "correct", "move_in", "move_out"), (0.30, 0.29, 0.32, 0.09))
NEW_EVENTS = (("add", "move_in", "correct"), (0.735, 0.255, 0.01))


@dataclass(frozen=True)
class Counts:
    """How many rows of each kind the inbox gets."""

    new: int
    second: int
    invalid: int
    existing: int


def split_rows(rows: int) -> Counts:
    """The inbox's rows by kind; at least one of each invalid kind."""
    new, second = round(rows * NEW_SHARE), round(rows * SECOND_SHARE)
    invalid = max(len(INVALID), round(rows * INVALID_SHARE))
    return Counts(new, second, invalid, rows - new - second - invalid)


def choose_unregistered(rng: np.random.Generator, people: pl.DataFrame, counts: Counts) -> tuple[Array, Array]:
    """Persons without a code: those who will be reported, and those whose rows will be invalid.

    Most newborns, some twins of registered children, some whole households, and anybody.
    """
    role, house = people["role"].to_numpy(), people["household"].to_numpy()
    born = np.flatnonzero(role == NEWBORN)
    taken = [born[rng.random(len(born)) < 0.93][: counts.new]]
    twins = np.flatnonzero(people["second"].to_numpy() & (role == CHILD))
    taken.append(rng.permutation(twins)[: max(1, counts.new // 40)])
    homes = rng.permutation(int(house.max()) + 1)[: max(1, counts.new // 25)]
    taken.append(np.flatnonzero(np.isin(house, homes)))
    chosen = np.unique(np.concatenate(taken))
    rest = rng.permutation(np.setdiff1d(np.flatnonzero(role != NEWBORN), chosen))
    missing = counts.new - len(chosen)
    if missing < 0:
        chosen, missing = rng.permutation(chosen)[: counts.new], 0
    return np.concatenate((chosen, rest[:missing])), rest[missing : missing + counts.invalid]


def make_plan(rng: np.random.Generator, ground: Ground, new: Array, spare: Array, counts: Counts) -> pl.DataFrame:
    """One row a row of the inbox, in no order: person, kind, event, sender, and where the person lives by then."""
    people = ground.people
    away = np.concatenate((new, spare))
    known = np.setdiff1d(np.arange(len(people)), away)
    existing = _existing(rng, people, known, counts.existing)
    first = _block(new, "new", _new_events(rng, people, new))
    again = rng.integers(0, len(new), counts.second) if counts.second > len(new) else rng.permutation(len(new))
    again = again[: counts.second]
    event = np.where(rng.random(len(again)) < 0.7, first["event"].to_numpy()[again], "add").astype(object)
    blocks = [existing, first, _block(new[again], "new", event), _block(spare, "invalid", _invalid(rng, len(spare)))]
    plan = pl.concat(blocks)
    plan = _homes(rng, ground, plan)
    layout = (rng.random(len(plan)) < 0.45).astype(np.int64)
    start = len(existing)
    other = start + len(new) + np.arange(len(again))
    same_file = rng.random(len(again)) < 0.08
    layout[other] = np.where(same_file, layout[start + again], 1 - layout[start + again])
    return plan.with_columns(pl.Series("layout", layout))


def _block(persons: Array, kind: str, event: Array) -> pl.DataFrame:
    return pl.DataFrame(
        {"person": persons, "kind": pl.repeat(kind, len(persons), eager=True), "event": event.tolist()},
        schema={"person": pl.Int64, "kind": pl.String, "event": pl.String},
    )


def _invalid(rng: np.random.Generator, size: int) -> Array:
    order = np.array(INVALID, dtype=object)[np.arange(size) % len(INVALID)]
    return rng.permutation(order)


def _new_events(rng: np.random.Generator, people: pl.DataFrame, new: Array) -> Array:
    events = np.array(NEW_EVENTS[0], dtype=object)[rng.choice(3, len(new), p=NEW_EVENTS[1])]
    events[people["role"].to_numpy()[new] == NEWBORN] = "birth"
    return events


def _existing(rng: np.random.Generator, people: pl.DataFrame, known: Array, size: int) -> pl.DataFrame:
    """Rows of registered persons; some twice, with another event; some as a whole household that moves."""
    twice = size // 10
    born = known[people["role"].to_numpy()[known] == NEWBORN]
    order = np.concatenate((born, rng.permutation(np.setdiff1d(known, born))))
    while len(order) < size - twice:
        order = np.concatenate((order, rng.permutation(known)))
    persons = order[: size - twice]
    events = _events(rng, people, persons)
    moving = persons[(events == "move_in") & (rng.random(len(persons)) < 0.12)]
    house = people["household"].to_numpy()
    kin = np.setdiff1d(known[np.isin(house[known], house[moving])], persons)
    kin = rng.permutation(kin)[: twice // 3]
    again = rng.permutation(persons)[: twice - len(kin)]
    later = np.where(rng.random(len(again)) < 0.5, "correct", "add").astype(object)
    kin_events = np.full(len(kin), "move_in", dtype=object)
    return pl.concat(
        [
            _block(persons, "existing", events),
            _block(kin, "existing", kin_events),
            _block(again, "existing", later),
        ]
    )


def _events(rng: np.random.Generator, people: pl.DataFrame, persons: Array) -> Array:
    events = np.array(EXISTING_EVENTS[0], dtype=object)[rng.choice(4, len(persons), p=EXISTING_EVENTS[1])]
    year, role = people["year"].to_numpy()[persons], people["role"].to_numpy()[persons]
    events[rng.random(len(persons)) < np.interp(year, (1930, 1955, 1975, 2000), (0.35, 0.12, 0.03, 0.008))] = "death"
    events[(role == NEWBORN) & (rng.random(len(persons)) < 0.6)] = "birth"
    return events


def _homes(rng: np.random.Generator, ground: Ground, plan: pl.DataFrame) -> pl.DataFrame:
    """The plan with the sender's area and where the person lives by then: a registered household moves in one piece."""
    places, areas, people = ground.places, ground.areas, ground.people
    at = plan["person"].to_numpy()
    house = people["household"].to_numpy()[at]
    houses = int(people["household"].to_numpy().max()) + 1
    to_area = rng.integers(0, len(areas), houses)
    home = np.zeros(houses, dtype=np.int32)
    for number, area in enumerate(areas):
        here = np.flatnonzero(to_area == number)
        home[here] = rng.choice(area.communes, len(here), p=area.shares)
    code = places.numbers[home] * 10**8 + rng.integers(0, 10**8, houses)
    home_2025 = places.code_2025(home, rng.random(houses))
    home_village = rng.integers(1, 20, houses)
    wanders = (rng.random(houses) < WANDERS)[house]
    moved = (plan["event"] == "move_in").to_numpy() & wanders
    own = people[at]
    return plan.with_columns(
        pl.Series("moved", moved),
        pl.Series("area", np.where(moved, to_area[house], own["area"].to_numpy())),
        pl.Series("home", np.where(moved, home[house], own["home"].to_numpy())),
        pl.Series("home_2025", np.where(moved, home_2025[house], own["home_2025"].to_numpy())),
        pl.Series("village", np.where(moved, home_village[house], own["village"].to_numpy())),
        pl.Series("household_code", own["household_code"]).zip_with(~pl.Series(moved), as_text(code[house], 10)),
    )
