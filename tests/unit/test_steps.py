"""The search rules file: what is read, what is refused, and that the default asks what the regulation does."""

from __future__ import annotations

import pytest

from matching.steps import NEEDED, RulesError, Step, parse_rules, search_rules

GOOD = """
version = "2026-01-01"
cap = 2000
must_run = "name_birth"

[[step]]
name = "name_birth"
title = "Họ tên, ngày sinh"
needed = "always"
keys = [["name", "birth"], ["sound", "birth"]]
narrow = "province"

[[step]]
name = "code"
title = "Mã số BHXH"
needed = "given"
keys = [["code"]]
"""

#: The steps that decision 346 stands for, and when each is demanded; a file may add steps that nobody demands.
DEMANDED = {
    "code": "given",
    "personal_id": "given",
    "old_id": "given",
    "name_birth_sex_place": "always",
    "name_birth": "always",
    "name_year_place": "always",
    "given_birth_parent": "given",
    "household": "given",
    "household_head": "given",
    "sound_birth": "always",
}
KEYS = {
    "code": [["code"]],
    "personal_id": [["personal_id"]],
    "old_id": [["old_id"]],
    "name_birth_sex_place": [["name", "birth", "sex", "birth_place"]],
    "name_birth": [["name", "birth"]],
    "name_year_place": [["name", "birth_year", "place"]],
    "given_birth_parent": [["given", "birth", "parent"]],
    "household": [["household", "given"], ["household", "birth_year"]],
    "household_head": [["head", "residence"]],
    "sound_birth": [["sound", "birth"], ["sound", "birth_year", "province"]],
}


def test_a_rules_file_is_read_as_it_is_written() -> None:
    rules = parse_rules(GOOD)
    assert (rules.version, rules.cap, rules.must_run) == ("2026-01-01", 2000, "name_birth")
    assert rules.steps == (
        Step("name_birth", "Họ tên, ngày sinh", "always", (("name", "birth"), ("sound", "birth")), "province"),
        Step("code", "Mã số BHXH", "given", (("code",),), None),
    )
    assert rules.names == ["name_birth", "code"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("cap = 2000", "cap = ", "not a TOML file"),
        ('version = "2026-01-01"', "", "version is missing"),
        ('version = "2026-01-01"', "version = 2026-01-01", "version is missing"),
        ("cap = 2000", "", "cap is None, not a number of records"),
        ("cap = 2000", "cap = 0", "cap is 0, not a number of records"),
        ("cap = 2000", 'cap = "2000"', "cap is '2000', not a number of records"),
        ("cap = 2000", "cap = true", "cap is True, not a number of records"),
        ("cap = 2000", "cap = 2000\nlimit = 5", "limit is no setting"),
        ('must_run = "name_birth"', "", "must_run is None, which is no step that is always needed"),
        ('must_run = "name_birth"', 'must_run = "name"', "must_run is 'name', which is no step that is always needed"),
        ('must_run = "name_birth"', 'must_run = "code"', "must_run is 'code', which is no step that is always needed"),
        ('needed = "always"', 'needed = "extra"', "must_run is 'name_birth', which is no step that is always needed"),
        ('name = "code"', 'name = "name_birth"', "two steps are named name_birth"),
        ('name = "code"', "", "step no. 2: name is missing"),
        ('title = "Mã số BHXH"', 'title = " "', "step code: title is missing"),
        (
            'needed = "given"',
            'needed = "sometimes"',
            "step code: needed is 'sometimes', not one of always, given, extra",
        ),
        ('needed = "given"', "", "step code: needed is None, not one of"),
        ('keys = [["code"]]', "", "step code: keys is not a list of lists of atoms"),
        ('keys = [["code"]]', "keys = []", "step code: keys is not a list of lists of atoms"),
        ('keys = [["code"]]', "keys = [[]]", "step code: keys is not a list of lists of atoms"),
        ('keys = [["code"]]', 'keys = ["code"]', "step code: keys is not a list of lists of atoms"),
        ('keys = [["code"]]', 'keys = [[["code"]]]', "step code: keys is not a list of lists of atoms"),
        ('keys = [["code"]]', 'keys = [["number"]]', "step code: 'number' is no atom"),
        ('keys = [["code"]]', 'keys = [["code", "code"]]', "step code: a key has one atom twice: code, code"),
        ('narrow = "province"', 'narrow = "district"', "step name_birth: narrow is 'district', which is no atom"),
        ('narrow = "province"', 'narow = "province"', "step name_birth: narow is no part of a step"),
        (GOOD[GOOD.index("[[step]]") :], "", "there is no [[step]]"),
        (GOOD[GOOD.index("[[step]]") :], "step = 5", "there is no [[step]]"),
    ],
)
def test_a_faulty_rules_file_is_refused_with_what_is_wrong(old: str, new: str, fault: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(RulesError) as refused:
        parse_rules(GOOD.replace(old, new))
    assert fault in str(refused.value)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    text = GOOD.replace("cap = 2000", "").replace('"given"', '"often"').replace('"province"', '"district"')
    with pytest.raises(RulesError) as refused:
        parse_rules(text)
    assert [word in str(refused.value) for word in ("cap", "often", "district")] == [True] * 3


def test_the_default_demands_what_the_regulation_asks() -> None:
    rules = search_rules()
    assert {step.name: step.needed for step in rules.steps if step.needed != "extra"} == DEMANDED
    assert rules.names[: len(DEMANDED)] == list(DEMANDED)
    assert rules.must_run == "name_birth"
    assert {step.needed for step in rules.steps} <= set(NEEDED)


@pytest.mark.parametrize("name", KEYS)
def test_the_default_searches_by_the_keys_of_the_regulation(name: str) -> None:
    (step,) = [step for step in search_rules().steps if step.name == name]
    assert [list(key) for key in step.keys] == KEYS[name]
