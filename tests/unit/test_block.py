"""The keys under which a record is found, and those with which a row searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from matching import block
from matching.block import ASKED, BLOCK_VERSION, asked, emitted, key_version, single_key
from matching.normalise import NORMALISER_VERSION, normalise
from matching.schemas import KEYS, RECORD
from matching.steps import ATOMS, SearchRules, Step, search_rules

RULES = search_rules()
HA = {
    "full_name": "Nguyễn Thị Thu Hà",
    "birth_date": "1986-07-14",
    "sex": "F",
    "personal_id": "001186123456",
    "bhxh_code": "0105564797",
    "household_code": "0100005955",
    "relation_to_head": "child",
    "head_name": "Nguyễn Văn Hùng",
    "birth_place_code": "10441",
    "birth_place_list": "2025",
    "residence_code": "10441",
    "residence_list": "2025",
    "mother_name": "Lê Thị Mai",
}
ON = {"full_name": "Chảo Mắn On", "birth_date": "1984", "sex": "M", "old_id": "012345670"}

#: Keys of HA and ON that were published with BLOCK_VERSION 2026-11-22.5. They may never change under one version: a
#: register and a ledger that carry the version are searched by these very numbers.
PUBLISHED = "2026-11-22.5"
GOLDEN: dict[tuple[str, str], list[int]] = {
    ("HA", "code"): [1888608176874175015],
    ("HA", "personal_id"): [-5485148605266924693],
    ("HA", "name_birth_sex_place"): [-341428316216484795, -229184103154888397, 6661952991959485083],
    ("HA", "name_birth"): [
        -8289107069779969762,
        -6229636847283681762,
        -3169066590619291135,
        -2537035828869897196,
        2185639528541921891,
        4033983752480489754,
    ],
    ("HA", "name_year_place"): [-2401332678514474387],
    ("HA", "given_birth_parent"): [-8554905601749758174, 681731259320383631, 6543658872923683551],
    ("HA", "household"): [-5694795910028308242, -3505101807585255941],
    ("HA", "household_head"): [744392835066424862, 9137959653130724954],
    ("ON", "old_id"): [5421515085006372388],
    ("ON", "name_birth"): [-5942192434726054231, 1757369132880097339, 2045193312333515614, 7068208996744441054],
    ("ON", "sound_birth"): [-6345554554140418560, -3187210310858695109, 3357970079181416913, 5080893538559939698],
    ("ON", "ends_birth"): [
        -8005076688756035252,
        -3516704400058149411,
        -352962999762185094,
        -300896213124794013,
        1896959123493465699,
        2966940025028306737,
        4433098400195456610,
        6951866302975170922,
    ],
}

PLACES = {"birth_place", "residence", "place", "province"}
PARTIAL_DATES = {"birth", "birth_month", "birth_day", "birth_year", "day"}
NAMES = {"name", "sound", "surname", "given", "syllables", "initials", "but_given", "parent", "head"}


def normalised(*records: Mapping[str, Any], first_id: int = 1) -> pl.DataFrame:
    rows = [{**record, "record_id": first_id + place} for place, record in enumerate(records)]
    return normalise(pl.DataFrame(rows, schema={**RECORD, "record_id": pl.Int64}))


def hashes(keys: pl.DataFrame, step: str, record_id: int = 1) -> set[int]:
    return set(keys.filter((pl.col("step") == step) & (pl.col("record_id") == record_id))["key_hash"])


def meets(searching: Mapping[str, Any], found: Mapping[str, Any], step: str) -> bool:
    questions = asked(normalised(searching), RULES).filter(~pl.col("is_narrow"))
    return bool(hashes(questions, step) & hashes(emitted(normalised(found), RULES), step))


def one_step(*keys: tuple[str, ...], narrow: str | None = None) -> SearchRules:
    return SearchRules("test", 10, "only", (Step("only", "", "always", keys, narrow),))


def test_every_atom_that_a_rules_file_may_name_has_values() -> None:
    assert set(block._ATOMS) == set(ATOMS)


def test_keys_are_as_their_schemas_say_also_of_nobody() -> None:
    for records in (normalised(HA, ON), normalised(HA).clear()):
        assert dict(emitted(records, RULES).schema) == dict(KEYS)
        assert dict(asked(records, RULES).schema) == dict(ASKED)
    assert emitted(normalised(HA).clear(), RULES).is_empty()


def test_a_record_that_says_nothing_has_no_key() -> None:
    nobody = normalised(dict.fromkeys(RECORD, None))
    assert emitted(nobody, RULES).is_empty()
    assert asked(nobody, RULES).is_empty()


def test_a_key_needs_all_of_its_atoms() -> None:
    steps = set(emitted(normalised({"full_name": "Chảo Mắn On", "birth_date": "1984"}), RULES)["step"])
    assert steps == {"name_birth", "sound_birth", "ends_birth"}


@pytest.mark.parametrize(
    ("step", "searching", "found"),
    [
        ("code", {"bhxh_code": "0105564797"}, {"card_number": "GD4010105564797"}),
        ("old_id", {"old_id": "012345670"}, {"old_id": "012345670"}),
        ("name_birth", {"full_name": "NGUYEN THI THU HA"}, {}),
        ("name_birth_sex_place", {"full_name": "nguyễn  thị thu hạ"}, {}),
        ("sound_birth", {"full_name": "Lguyễn Thị Thu Hà"}, {}),
        ("household", {"full_name": "Trần Thu Hà", "birth_date": None}, {}),
        ("household", {"full_name": "Nguyễn Thị Thu Hoà", "birth_date": "1986-02"}, {}),
        ("given_birth_parent", {"father_name": "Lê Thị Mai", "mother_name": None}, {}),
        ("household_head", {"full_name": "Nguyễn Văn Hùng", "relation_to_head": "head", "head_name": None}, {}),
        ("name_place", {"birth_date": None, "birth_place_code": None, "residence_code": "10441"}, {}),
        ("birth_sex_place", {"full_name": "Nguyễn Thu"}, {}),
        ("sound_near_birth", {"birth_date": "1986-07-19"}, {}),
        ("sound_near_birth", {"birth_date": "1968-07-14"}, {}),
        ("name_parent", {"birth_date": None}, {}),
        ("ends_birth", {"full_name": "Nguyễn Hà"}, {}),
        ("ends_birth", {"full_name": "Nguyễn Hà", "birth_date": "1986-07-15"}, {}),
        ("near_name", {"full_name": "Nguyễn Thị Thu Hf"}, {}),
        ("near_name", {"full_name": "Nguyễn Thị Thu Gà"}, {}),
        ("near_name", {"full_name": "Nguyễn Thị Tu Hà", "birth_date": "1986-07-15"}, {}),
        ("near_name", {"full_name": "Nguyễn Thị Thu Hf", "birth_date": "1986"}, {}),
        ("near_name", {"full_name": "Ng Tị Hà", "birth_date": "1986-08-14"}, {}),
        ("near_name", {"full_name": "Guyễn Hà", "mother_name": None}, {"full_name": "Lê Thu Hà"}),
        ("near_name", {"full_name": "Trần Văn Tám", "birth_date": "1986-07-24"}, {}),
        ("near_name", {"full_name": "Nguyễn Thị Thu Gà", "birth_date": "1987-07-14"}, {}),
        ("near_name", {"full_name": "Nghyễn Thi Hà", "birth_date": "1985-07-14"}, {}),
        (
            "near_name",
            {"full_name": "Trần Hà", "birth_date": "1985-07-14", "birth_place_code": None},
            {"residence_code": None},
        ),
        ("name_birth", {"full_name": "NGUYENTHI THUHA"}, {}),
        ("near_name", {"full_name": "Nguyễn Văn Tám", "phone": "0912345678"}, {"phone": "0912345678"}),
        ("near_name", {"full_name": "Ngiyễn Văn Hà", "phone": "0912345678"}, {"phone": "0912345678"}),
        ("sound_near_birth", {"birth_date": "1986-08-14"}, {}),
        ("sound_near_birth", {"birth_date": "1986-07-08"}, {"birth_date": "1986-08-07"}),
    ],
)
def test_who_is_met_by_which_step(step: str, searching: dict[str, Any], found: dict[str, Any]) -> None:
    one, other = ({**HA, **searching}, {**HA, "old_id": None, **found})
    assert meets(one, other, step)
    assert meets(other, one, step)


@pytest.mark.parametrize(
    ("step", "searching"),
    [
        ("code", {"bhxh_code": "0105564798"}),
        ("name_birth", {"birth_date": "1986-07-15"}),
        ("name_birth", {"full_name": "Nguyễn Thị Hà"}),
        ("name_birth_sex_place", {"sex": "M"}),
        ("name_year_place", {"birth_date": "1987-07-14"}),
        ("household", {"full_name": "Trần Văn Hải", "birth_date": "1987"}),
        ("birth_sex_place", {"birth_date": "1986-07"}),
        ("sound_near_birth", {"birth_date": "1986"}),
        ("near_name", {"full_name": "Nguyễn Thị Thu Gà", "birth_date": "1987-08-14"}),
        ("near_name", {"full_name": "Trần Văn Tám", "mother_name": None}),
        ("near_name", {"full_name": "Trần Văn Tám", "birth_date": "1986-08-14"}),
    ],
)
def test_who_is_not_met_by_which_step(step: str, searching: dict[str, Any]) -> None:
    unnumbered = {name: value for name, value in HA.items() if name != "personal_id"}
    assert not meets({**unnumbered, **searching}, unnumbered, step)


def test_dates_of_any_precision_meet_where_they_can_agree() -> None:
    dates = ["1986-07-14", "1986-07", "1986"]
    for one in dates:
        for other in dates:
            assert meets({**HA, "birth_date": one}, {**HA, "birth_date": other}, "name_birth")


# Old commune 00025 became parts of 00008, 00025 and 00199 of today; 00025 of today is one of the three.
@pytest.mark.parametrize(
    ("one", "other", "is_met"),
    [
        (("00025", "2025"), ("00025", "2025"), True),
        (("00025", "2019"), ("00025", "2025"), True),
        (("00025", "2019"), ("00008", "2025"), True),
        (("00025", None), ("00008", "2025"), True),
        (("00025", None), ("00025", "2019"), True),
        (("00025", "2025"), ("00008", "2025"), False),
        (("00025", "2019"), ("10441", "2025"), False),
        (("99999", None), ("99999", None), False),
    ],
)
def test_places_meet_when_their_readings_overlap(
    one: tuple[str, str | None], other: tuple[str, str | None], is_met: bool
) -> None:
    def at(place: tuple[str, str | None]) -> dict[str, Any]:
        blank = {"residence_code": None, "residence_list": None}
        return {**HA, **blank, "birth_place_code": place[0], "birth_place_list": place[1]}

    for step in ("name_birth_sex_place", "name_year_place"):
        assert meets(at(one), at(other), step) == is_met
        assert meets(at(other), at(one), step) == is_met


def test_an_untold_list_stands_for_both_readings() -> None:
    rules = one_step(("birth_place",))
    keys = {
        told: hashes(emitted(normalised({"birth_place_code": "00070", "birth_place_list": told}), rules), "only")
        for told in ("2019", "2025", None)
    }
    assert keys["2019"] != keys["2025"]
    assert keys[None] == keys["2019"] | keys["2025"]


def test_birth_place_of_one_meets_residence_of_the_other_where_a_step_says_place() -> None:
    born = {**HA, "residence_code": None, "residence_list": None}
    living = {**HA, "birth_place_code": None, "birth_place_list": None}
    assert meets(born, living, "name_year_place")
    assert not meets(born, living, "name_birth_sex_place")


def test_a_narrowed_key_tells_the_key_that_it_narrows() -> None:
    rules = one_step(("name", "birth"), narrow="province")
    keys = asked(normalised(HA), rules)
    bases = keys.filter(~pl.col("is_narrow"))
    narrowed = keys.filter("is_narrow")
    assert bases["key_hash"].to_list() == bases["base_hash"].to_list()
    assert set(narrowed["base_hash"]) == set(bases["key_hash"])
    assert set(narrowed["key_hash"]).isdisjoint(bases["key_hash"])
    assert set(narrowed["key_hash"]) & hashes(emitted(normalised(HA), rules), "only")
    elsewhere = {**HA, "birth_place_code": "13591", "residence_code": "13591"}
    assert set(narrowed["key_hash"]).isdisjoint(emitted(normalised(elsewhere), rules)["key_hash"])


def test_a_narrowed_key_meets_whoever_has_no_value_to_narrow_by() -> None:
    rules = one_step(("name", "birth"), narrow="province")
    nowhere = {**HA, "birth_place_code": None, "residence_code": None}
    narrowed = set(asked(normalised(HA), rules).filter("is_narrow")["key_hash"])
    assert narrowed & hashes(emitted(normalised(nowhere), rules), "only")
    assert asked(normalised(nowhere), rules).filter("is_narrow").is_empty(), "who has no value cannot narrow a block"


def test_two_steps_with_one_key_do_not_share_its_hash() -> None:
    steps = tuple(Step(name, "", "always", (("name",),), None) for name in ("one", "two"))
    keys = emitted(normalised(HA), SearchRules("test", 10, "one", steps))
    assert keys["key_hash"].n_unique() == 2


def test_a_value_counts_by_its_place_in_the_key() -> None:
    crosswise = {"personal_id": "012345670", "old_id": "876543210"}, {"personal_id": "876543210", "old_id": "012345670"}
    one, other = (emitted(normalised(record), one_step(("personal_id", "old_id"))) for record in crosswise)
    assert set(one["key_hash"]).isdisjoint(other["key_hash"])


def test_keys_do_not_depend_on_the_order_or_on_other_rows() -> None:
    records = [HA, ON, {**HA, "birth_date": "1986"}, {"full_name": "Y Moan", "birth_date": "1990-01"}]
    frame = normalised(*records)
    for keys_of in (emitted, asked):
        together = keys_of(frame, RULES).sort(pl.all())
        assert keys_of(frame.reverse(), RULES).sort(pl.all()).equals(together)
        apart = pl.concat([keys_of(frame[place : place + 1], RULES) for place in range(len(frame))])
        assert apart.sort(pl.all()).equals(together)


@pytest.mark.parametrize(("record", "step"), GOLDEN)
def test_published_keys_never_change_under_one_version(record: str, step: str) -> None:
    assert BLOCK_VERSION == PUBLISHED, "the hash or an atom changed: put the new keys here with the new version"
    found = emitted(normalised({"HA": HA, "ON": ON}[record]), RULES)
    assert sorted(hashes(found, step)) == GOLDEN[record, step]


def test_the_key_of_a_new_code_is_the_one_that_its_holder_emits() -> None:
    assert hashes(emitted(normalised(HA), RULES), "code") == {single_key(RULES, "code", "0105564797")}
    assert hashes(emitted(normalised(ON), RULES), "old_id") == {single_key(RULES, "old_id", "012345670")}


def test_the_version_names_all_that_keys_depend_on() -> None:
    assert key_version() == key_version(RULES)
    assert key_version().startswith(f"{NORMALISER_VERSION}/{BLOCK_VERSION}/{RULES.version}-")
    fewer = replace(RULES, steps=RULES.steps[:-1])
    assert key_version(fewer) != key_version(RULES), "rules edited under one date must not pass for the same"


def test_no_key_of_place_and_partial_date_without_a_name() -> None:
    for step in RULES.steps:
        for key in step.keys:
            for atoms in (set(key), {*key, step.narrow}):
                assert not (atoms & PLACES and atoms & PARTIAL_DATES) or atoms & NAMES, (step.name, key)


def test_the_year_that_the_own_number_tells_is_a_second_birth_date() -> None:
    told = {"full_name": "Vũ Thị Lan", "birth_date": "2002-09-25", "sex": "F", "birth_place_code": "10441"}
    (row,) = keys_by_record(asked(normalised({**told, "personal_id": "001301740436"}, first_id=-1), RULES))
    other_year = {**told, "full_name": "Võ Thị La", "birth_date": "2001-09-25"}
    (record,) = keys_by_record(emitted(normalised(other_year), RULES))
    assert {"birth_sex_place", "ends_birth"} & {step for step, key in row & record} == {"birth_sex_place"}
    (without,) = keys_by_record(asked(normalised(told, first_id=-1), RULES))
    assert not without & record


def test_a_parents_number_tells_no_birth_date_of_the_child() -> None:
    child = {"full_name": "Vũ Thị Lan", "birth_date": "2002-09-25", "sex": "F"}
    with_number, without = (
        keys_by_record(asked(normalised({**child, **more}, first_id=-1), RULES))[0]
        for more in ({"personal_id": "001175740436"}, {})
    )
    assert {step for step, key in with_number - without} == {"personal_id"}


def keys_by_record(keys: pl.DataFrame) -> list[set[tuple[str, int]]]:
    """(step, hash) of the keys of each record."""
    return [set(part.select("step", "key_hash").iter_rows()) for part in keys.partition_by("record_id")]
