"""The made population: households of several generations with names, dates, places and numbers that fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.world_names import KINH, PEOPLES, SEXES, Names, by_sex, draw_people, full_names
from benchmarks.world_numbers import NONE, as_text, old_ids, personal_ids, phones, unique_numbers
from benchmarks.world_places import Area, Places

Array = NDArray[Any]

#: The day on which the register extract was taken; the change files are of the month that follows.
EXTRACT = np.datetime64("2026-10-01")
HEAD, SPOUSE, FATHER, MOTHER, SIBLING, CHILD, NEWBORN = range(7)
#: Of neighbouring children of a household, and of newborns: about one person in fifty is a twin then.
TWIN_SHARE, NEWBORN_TWINS = 0.05, 0.025
#: Of those who have a telephone, who gives the number of the head of the household; sons who bear their father's name.
SHARED_PHONES, FATHERS_NAME = 0.3, 0.003
MATRILINEAL = ("Ê Đê", "Cơ Ho", "Gia Rai")
#: Persons named at a time: their parts of names are Python's texts, five times as large as what is kept of them.
SLICE = 50_000
#: What the columns of few values are kept as, and the width of each number.
KEPT = {"people": pl.Enum([KINH, *PEOPLES]), "sex": pl.Enum(SEXES)}
WIDTHS = {"household_code": 10, "personal_id": 12, "old_id": 9, "phone": 10}


def make_people(
    rng: np.random.Generator, places: Places, areas: list[Area], persons: int, newborns: int
) -> pl.DataFrame:
    """One row a person, `person` from 0: everything that is true of them, households in one piece.

    `father` and `mother` are rows of parents in the same household, -1 where they live elsewhere; `birth_commune`
    and `home` count the communes of the 2019 list, `birth_2025` and `home_2025` those they went to. A person takes
    some 220 bytes here, half of them names, and twice as many while the population is made.
    """
    names = Names(rng)
    homes = _homes(rng, places, areas, persons)
    people = _members(rng, homes, persons, newborns)
    size, houses = len(people["household"]), len(homes["home"])
    for name, values in homes.items():
        people[name] = values[people["household"]]
    del homes
    people["person"] = np.arange(size, dtype=np.int32)
    _parents(people, houses)
    _dates(rng, people)
    _places(rng, places, people)
    named = pl.concat([_names(rng, names, places, part) for part in _slices(people)])
    _numbers(rng, places, people)
    return named.hstack([_column(name, people.pop(name)) for name in list(people)])


def _column(name: str, values: Array) -> pl.Series:
    """The values as polars holds them."""
    if name in WIDTHS:
        return as_text(values, WIDTHS[name]).alias(name)
    return pl.Series(name, values.tolist(), KEPT[name]) if name in KEPT else pl.Series(name, values)


def _slices(people: dict[str, Array]) -> Iterator[dict[str, Array]]:
    """Views of the population, whole households each, with relatives counted from the first row of the view."""
    house = people["household"]
    edges = np.searchsorted(house, house[SLICE::SLICE])
    for start, stop in zip((0, *edges), (*edges, len(house)), strict=True):
        part = {name: values[start:stop] for name, values in people.items()}
        relatives = {name: np.maximum(part[name] - start, -1) for name in ("head", "father", "mother")}
        yield part | relatives


def _homes(rng: np.random.Generator, places: Places, areas: list[Area], persons: int) -> dict[str, Array]:
    number = persons // 3 + 20
    area = rng.choice(len(areas), number, p=rng.dirichlet(np.full(len(areas), 4.0))).astype(np.int16)
    home = np.zeros(number, dtype=np.int32)
    for at, one in enumerate(areas):
        here = np.flatnonzero(area == at)
        home[here] = rng.choice(one.communes, len(here), p=one.shares)
    return {
        "area": area,
        "home": home,
        "home_2025": places.code_2025(home, rng.random(number)),
        "village": rng.integers(1, 20, number).astype(np.int8),
        "people": draw_people(rng, places.provinces[home]),
        "household_code": unique_numbers(rng, places.numbers[home], 8),
    }


def _members(rng: np.random.Generator, homes: dict[str, Array], persons: int, newborns: int) -> dict[str, Array]:
    """Household, role, sex and birth year of each member, sorted by household; cut after so many persons."""
    number = len(homes["home"])
    house = np.arange(number, dtype=np.int32)
    head_sex = np.where(rng.random(number) < 0.74, "M", "F").astype(object)
    other_sex = np.where(head_sex == "M", "F", "M").astype(object)
    year = 2026 - np.clip(rng.normal(47, 14, number), 22, 92).astype(np.int64)
    spouse = year + np.rint(rng.normal(0, 3, number)).astype(np.int64) + np.where(head_sex == "M", 2, -2)
    married = rng.random(number) < 0.76
    mother_year = np.where((head_sex == "M") & married, spouse, year)
    blocks = [(house, HEAD, head_sex, year), (house[married], SPOUSE, other_sex[married], spouse[married])]
    for role, sex, gap in ((FATHER, "M", 27), (MOTHER, "F", 25)):
        born = year - gap - rng.integers(-4, 5, number)
        here = (rng.random(number) < 0.13) & (born > 1925)
        blocks.append((house[here], role, np.full(here.sum(), sex, dtype=object), born[here]))
    here = rng.random(number) < 0.06
    blocks.append((house[here], SIBLING, _sexes(rng, here.sum()), year[here] + rng.integers(1, 8, here.sum())))
    count = np.minimum(rng.poisson(1.9, number), 6)
    owner = np.repeat(house, count)
    order = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    first = mother_year + 20 + rng.integers(0, 9, number)
    born = first[owner] + 3 * order + rng.integers(0, 2, len(owner))
    kept = (born < 2025) & ((born > 1996) | (rng.random(len(owner)) < 0.4))
    blocks.append((owner[kept], CHILD, _sexes(rng, kept.sum()), born[kept]))
    young = np.flatnonzero((mother_year > 1982) & (mother_year < 2006) & (house < persons // 4))
    late = np.sort(rng.choice(young, min(newborns, len(young)), replace=False))
    late = np.sort(np.concatenate((late, late[rng.random(len(late)) < NEWBORN_TWINS])))
    blocks.append((late, NEWBORN, _sexes(rng, len(late)), np.full(len(late), 2026)))
    households = np.concatenate([block[0].astype(np.int32) for block in blocks])
    roles = np.concatenate([np.full(len(block[0]), block[1], dtype=np.int8) for block in blocks])
    years = np.concatenate([block[3].astype(np.int16) for block in blocks])
    line = np.lexsort((years, roles, households))[:persons]
    sexes = np.concatenate([block[2] for block in blocks])
    return {"household": households[line], "role": roles[line], "sex": sexes[line], "year": years[line]}


def _sexes(rng: np.random.Generator, size: int) -> Array:
    return np.where(rng.random(size) < 0.515, "M", "F").astype(object)


def _parents(people: dict[str, Array], houses: int) -> None:
    role, house, sex = people["role"], people["household"], people["sex"]
    size = len(role)
    of = {(one, letter): np.full(houses, -1, dtype=np.int32) for one in range(FATHER + 2) for letter in "MF"}
    for key, rows in of.items():
        at = np.flatnonzero((role == key[0]) & (sex == key[1]))
        rows[house[at]] = at
    young, same = role >= CHILD, np.isin(role, (HEAD, SIBLING))
    people["head"] = np.maximum(of[HEAD, "M"], of[HEAD, "F"])[house]
    for name, letter, elder in (("father", "M", FATHER), ("mother", "F", MOTHER)):
        out = np.full(size, -1, dtype=np.int32)
        couple = np.maximum(of[HEAD, letter], of[SPOUSE, letter])
        out[young] = couple[house][young]
        out[same] = of[elder, letter][house][same]
        people[name] = out


def _dates(rng: np.random.Generator, people: dict[str, Array]) -> None:
    year, role = people["year"], people["role"]
    size = len(year)
    birth = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + rng.integers(0, 365, size)
    heaped = (rng.random(size) < 0.03) & (year < 1986)
    birth[heaped] = birth[heaped].astype("datetime64[Y]").astype("datetime64[D]")
    late = role == NEWBORN
    birth[late] = EXTRACT - rng.integers(8, 365, late.sum())
    unsure = np.interp(year, (1925, 1950, 1960, 1980, 1982), (0.4, 0.25, 0.15, 0.03, 0.0))
    unsure = unsure * np.where(people["people"] == "Kinh", 1.0, 1.8)
    chance = rng.random(size)
    people["precision"] = np.where(chance < 0.85 * unsure, 2, np.where(chance < unsure, 1, 0)).astype(np.int8)
    again = np.flatnonzero(
        (role[1:] == role[:-1]) & (role[1:] >= CHILD) & (people["household"][1:] == people["household"][:-1])
    )
    again = again[(rng.random(len(again)) < TWIN_SHARE) | (role[again] == NEWBORN)]
    again = again[~np.isin(again - 1, again)]
    twin = np.zeros(size, dtype=bool)
    twin[again] = twin[again + 1] = True
    for at in again:
        birth[at + 1] = birth[at]
        people["precision"][at + 1] = people["precision"][at]
    second = np.zeros(size, dtype=bool)
    second[again + 1] = True
    alike = np.flatnonzero(second & (rng.random(size) < 0.65))
    people["sex"][alike] = people["sex"][alike - 1]
    born = (birth.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16)
    people.update(birth=birth, twin=twin, second=second, year=born)


def _places(rng: np.random.Generator, places: Places, people: dict[str, Array]) -> None:
    home, young = people["home"], people["role"] >= CHILD
    size = len(home)
    out = home.copy()
    chance = rng.random(size)
    settled = np.where(young, 0.88, 0.68)
    near = (chance >= settled) & (chance < settled + (1 - settled) * 0.55)
    far = chance >= settled + (1 - settled) * 0.55
    ends = {code: np.flatnonzero(places.provinces == code) for code in np.unique(places.provinces[home].astype(str))}
    for code, here in ends.items():
        at = np.flatnonzero(near & (places.provinces[home] == code))
        out[at] = rng.choice(here, len(at))
    out[far] = rng.integers(0, len(places.codes), far.sum())
    draw = rng.random(size)
    later = np.flatnonzero(people["second"])
    out[later], draw[later] = out[later - 1], draw[later - 1]
    people["birth_commune"] = out
    people["birth_2025"] = np.where(out == home, people["home_2025"], places.code_2025(out, draw))


def _names(rng: np.random.Generator, names: Names, places: Places, people: dict[str, Array]) -> pl.DataFrame:
    """Surname, full name and both parents' names of each of these persons."""
    of, sex, year = people["people"], people["sex"], people["year"]
    province = places.provinces[people["home"]]
    surname = names.surnames(rng, of, province)
    motherly = np.isin(of, MATRILINEAL)
    line = np.where(motherly, people["mother"], people["father"])
    role, head = people["role"], people["head"]
    with_head = ((role == FATHER) & ~motherly) | ((role == MOTHER) & motherly) | (role == SIBLING)
    surname[with_head] = surname[head[with_head]]
    young = role >= CHILD
    surname[young] = surname[np.where(line >= 0, line, head)[young]]
    surname = by_sex(people, province, surname, sex)
    middle = names.middles(rng, of, sex, year)
    given = names.given(rng, of, sex, year)
    _homonyms(rng, people, surname, middle, given)
    father = people["father"]
    sons = np.flatnonzero((father >= 0) & (sex == "M") & ~people["twin"] & (rng.random(len(of)) < FATHERS_NAME))
    middle[sons], given[sons] = middle[father[sons]], given[father[sons]]
    second = np.flatnonzero(people["second"])
    alike = second[(rng.random(len(second)) < 0.7) & (sex[second] == sex[second - 1])]
    middle[alike] = middle[alike - 1]
    same = second[given[second] == given[second - 1]]
    while len(same):
        given[same] = names.given(rng, of[same], sex[same], year[same])
        same = same[given[same] == given[same - 1]]
    full = full_names(of, surname, middle, given)
    out = {"surname": pl.Series(surname.tolist(), dtype=pl.Categorical), "full_name": pl.Series(full.tolist())}
    for parent, letter in (("father", "M"), ("mother", "F")):
        letters, born = np.full(len(of), letter, dtype=object), year - 27
        own = names.surnames(rng, of, province)
        own = by_sex(people, province, np.where(motherly == (letter == "F"), surname, own), letters)
        away = full_names(of, own, names.middles(rng, of, letters, born), names.given(rng, of, letters, born))
        away = np.where(role == SIBLING, away[head], away)
        away[second] = away[second - 1]
        out[f"{parent}_name"] = pl.Series(np.where(people[parent] >= 0, full[people[parent]], away).tolist())
    return pl.DataFrame(out)


def _homonyms(rng: np.random.Generator, people: dict[str, Array], surname: Array, middle: Array, given: Array) -> None:
    """Gives a few persons the name of another of like age, sex and surname, and some of those the birth date too."""
    order = np.lexsort((people["year"], people["area"], people["sex"].astype(str), surname.astype(str)))
    at = np.flatnonzero(rng.random(len(order) - 1) < 0.006) + 1
    here, other = order[at], order[at - 1]
    fits = (surname[here] == surname[other]) & (people["sex"][here] == people["sex"][other])
    fits &= (people["people"][here] == people["people"][other]) & (people["year"][here] == people["year"][other])
    fits &= ~people["twin"][here] & (people["household"][here] != people["household"][other])
    here, other = here[fits], other[fits]
    middle[here], given[here] = middle[other], given[other]
    dated = rng.random(len(here)) < 0.15
    people["birth"][here[dated]] = people["birth"][other[dated]]


def _numbers(rng: np.random.Generator, places: Places, people: dict[str, Array]) -> None:
    size, year = len(people["year"]), people["year"]
    province = places.numbers[people["birth_commune"]]
    ids = personal_ids(rng, province, people["sex"], year)
    ids[rng.random(size) > np.where(people["role"] == NEWBORN, 0.4, 0.96)] = NONE
    old = old_ids(rng, province)
    old[(year > 2005) | (rng.random(size) > 0.8)] = NONE
    phone = phones(rng, size)
    phone[(year > 2009) | (rng.random(size) > 0.4)] = NONE
    head = people["head"]
    lent = np.flatnonzero((phone != NONE) & (phone[head] != NONE) & (rng.random(size) < SHARED_PHONES))
    phone[lent] = phone[head[lent]]
    people.update(personal_id=ids, old_id=old, phone=phone)
