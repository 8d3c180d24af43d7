"""What is wrong with a model file: every fault, each with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from matching.levels import KINDS, MISSING
from matching.model import CLASSES, QUALITIES, THRESHOLDS, Comparison, Level, Whole
from matching.schemas import EVENTS

_TOLERANCE = 1e-6
_HEAD = ("version", "date", "trained_on", "search")
_TABLES = (*_HEAD, "comparison", "session", "prior", "others", "missed", "thresholds")
_OTHERS = (*CLASSES[2:], "likeness")
_LEVEL_KEYS = {each.name for each in fields(Level)}
_COMPARISON_KEYS = {each.name for each in fields(Comparison)}
_WHOLE_KEYS = {each.name for each in fields(Whole)}
#: Kinds whose agreement can imply that of another comparison.
_IMPLYING = ("household", "number", "personal_id", "exact")
#: Comparisons by whose levels matching/decide.py and the officers' rules go.
_DECIDING = ("given", "birth", "household", "parents", "personal_id", "old_id", "code")
#: How a graded level says where it begins.
_GRADES = {"text": "at_least", "digits": "at_most"}


def faults_of(text: Mapping[str, Any], *, is_standing: bool) -> list[str]:
    """Every fault of a parsed model file. A standing model, which the register is searched with, also needs what
    deciding asks it for: some comparisons, a prior for each event, and how often a search misses."""
    faults = [f"{key} is no part of a model" for key in text if key not in _TABLES]
    faults += _faults_of_head(text, is_standing=is_standing)
    listed = text.get("comparison", [])
    if not _are_tables(listed):
        return [*faults, "there is no [[comparison]]"]
    classes = ("same", "stranger", *(kind for kind in CLASSES[2:] if kind in text.get("others", {})))
    for number, each in enumerate(listed, start=1):
        where = each["name"] if _is_text(each.get("name")) else f"comparison no. {number}"
        faults += [f"{where}: {fault}" for fault in _faults_of_comparison(each, classes)]
    names = [each.get("name") for each in listed]
    if is_standing and (absent := [name for name in _DECIDING if name not in names]):
        faults.append(f"the register is decided by {', '.join(absent)}, which is not compared")
    return faults or _faults_between(listed, text.get("session", []))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(each) for each in value)


def _faults_of_head(text: Mapping[str, Any], *, is_standing: bool) -> list[str]:
    faults = [
        f"{key} must be {kind.__name__}"
        for key, kind in (("version", str), ("date", date), ("trained_on", str), ("search", str))
        if not isinstance(text.get(key), kind)
    ]
    prior = text.get("prior", {})
    wanted: dict[str, Sequence[str]] = {
        "prior": EVENTS if is_standing else list(prior) or ["an event"],
        "thresholds": THRESHOLDS,
    }
    if is_standing or "missed" in text:
        wanted["missed"] = QUALITIES
    if is_standing or "others" in text:
        wanted["others"] = _OTHERS
    for table, keys in wanted.items():
        values = text.get(table, {})
        if set(values) != set(keys):
            faults.append(f"[{table}] must have {', '.join(keys)}; it has {', '.join(values) or 'nothing'}")
        elif any(not isinstance(value, float) or value < 0 for value in values.values()):
            faults.append(f"[{table}] must hold numbers of 0 or more, written with a point")
        elif table in ("prior", "missed") and any(value >= 1 for value in values.values()):
            faults.append(f"[{table}] must hold probabilities below 1")
    limits = text.get("thresholds", {})
    if not faults and not 0 < limits["lower"] < limits["upper"] < 1:
        faults.append("[thresholds] must have 0 < lower < upper < 1")
    return faults


def _faults_of_comparison(each: Mapping[str, Any], classes: Sequence[str]) -> list[str]:
    faults = [f"{key} is no part of a comparison" for key in sorted(set(each) - _COMPARISON_KEYS)]
    faults += [f"a {key} is missing" for key in ("name", "label") if not _is_text(each.get(key))]
    kind = KINDS.get(each.get("kind", ""))
    if kind is None:
        return [*faults, f"kind is {each.get('kind')!r}, not one of {', '.join(KINDS)}"]
    columns = each.get("columns")
    if not _are_texts(columns) or not kind.needed <= len(columns or ()) <= len(kind.columns):
        faults.append(f"columns must name, in this order: {', '.join(kind.columns)}")
    if not isinstance(each.get("chosen", False), bool):
        faults.append("chosen must be true or false")
    learns = each.get("learns", list(CLASSES))
    if not _are_texts(learns) or not set(learns) <= set(CLASSES):
        faults.append(f"learns must list some of {', '.join(CLASSES)}")
    levels = each.get("levels", [])
    if not _are_tables(levels):
        return [*faults, "there are no levels"]
    names = [level.get("name") for level in levels]
    if kind.levels is not None and tuple(names) != kind.levels:
        faults.append(f"levels must be {', '.join(kind.levels)} in this order")
    if len(set(names)) < len(names) or MISSING in names:
        faults.append(f"each level needs a name of its own, other than {MISSING}")
    for level in levels:
        faults += [f"{level.get('name')}: {fault}" for fault in _faults_of_level(level, classes, names)]
    if kind.levels is None:
        faults += _faults_of_grades(each)
    if faults:
        return faults
    for of_class in classes:
        total = sum(level[of_class] for level in levels if not level.get("conditional", False))
        if abs(total - 1) > _TOLERANCE:
            faults.append(f"the probabilities under {of_class} sum to {total:.6g}, not 1")
    return faults


def _faults_of_level(level: Mapping[str, Any], classes: Sequence[str], names: Sequence[object]) -> list[str]:
    faults = [f"unknown key {key}" for key in sorted(set(level) - _LEVEL_KEYS)]
    faults += [f"a {key} is missing" for key in ("name", "label") if not _is_text(level.get(key))]
    for kind in classes:
        value = level.get(kind)
        if not isinstance(value, float) or not 0 < value <= 1:
            faults.append(f"{kind} must be a probability above 0, written with a point")
    faults += [f"{kind} is no class of this model" for kind in CLASSES if kind in level and kind not in classes]
    for key in ("factor", "spread", "strays"):
        if key in level and not (isinstance(level[key], float) and level[key] > 0):
            faults.append(f"{key} must be a number above 0, written with a point")
    for key in ("conditional", "held", "swapped"):
        if not isinstance(level.get(key, False), bool):
            faults.append(f"{key} must be true or false")
    if "stands_for" in level and (level["stands_for"] not in names or not level.get("conditional", False)):
        faults.append("stands_for must name a level, and is for conditional levels")
    return faults


def _faults_of_grades(each: Mapping[str, Any]) -> list[str]:
    """What is wrong with where the levels of text or digits begin."""
    wanted = _GRADES[each["kind"]]
    (other,) = set(_GRADES.values()) - {wanted}
    *graded, last = each["levels"]
    faults = [f"{level.get('name')}: {other} is not for {each['kind']}" for level in each["levels"] if other in level]
    for level in graded:
        limit = level.get(wanted)
        is_sound = isinstance(limit, float) and 0 < limit <= 1 if wanted == "at_least" else isinstance(limit, int)
        if not is_sound or isinstance(limit, bool) or limit < 0:
            told = "a similarity up to 1.0" if wanted == "at_least" else "a number of keystrokes"
            faults.append(f"{level.get('name')}: {wanted} must be {told}")
    if wanted in last or last.get("swapped", False):
        faults.append(f"{last.get('name')}: the last level takes the rest, without {wanted}")
    if any(level.get("swapped", False) for level in graded) and len(each.get("columns", ())) < len(("own", "other")):
        faults.append("a swapped level needs a second column")
    return faults


def _faults_between(listed: Sequence[Mapping[str, Any]], sessions: Any) -> list[str]:
    """What is wrong with how comparisons speak of each other."""
    kinds = {each["name"]: each["kind"] for each in listed}
    faults = []
    if len(kinds) < len(listed):
        faults.append("two comparisons have one name")
    used = [each["kind"] for each in listed]
    faults += [f"two comparisons are of the kind {kind}" for kind in KINDS if KINDS[kind].once and used.count(kind) > 1]
    readers = [each for each in listed if each["kind"] in ("given", "middle", "surname")]
    if len({tuple(each["columns"]) for each in readers}) > 1:
        faults.append(f"{', '.join(each['name'] for each in readers)}: parts of one name must read the same columns")
    fixed = {share for each in listed for share in KINDS[each["kind"]].shares or ()}
    for each in listed:
        name = each["name"]
        shares = {*fixed, name} if KINDS[each["kind"]].shares is None else fixed
        for level in each["levels"]:
            if level.get("share") is not None and level["share"] not in shares:
                faults.append(f"{name}.{level['name']}: share must be one of {', '.join(sorted(shares))}")
        if "within" in each and kinds.get(each["within"]) not in _IMPLYING:
            faults.append(f"{name}: within must name a comparison of the kind {', '.join(_IMPLYING)}")
        whole = each.get("whole")
        if whole is not None and not (
            isinstance(whole, dict)
            and set(whole) == _WHOLE_KEYS
            and each["kind"] == "middle"
            and set(whole["parts"]) <= set(kinds)
            and whole["name"] in fixed
        ):
            faults.append(f"{name}: whole must name a share, parts that are comparisons, and two labels: same, flat")
    return faults + _faults_of_sessions(listed, sessions)


def _faults_of_sessions(listed: Sequence[Mapping[str, Any]], sessions: Any) -> list[str]:
    if not isinstance(sessions, list):
        return ["[[session]] must be a list of tables"]
    levels = {each["name"]: {MISSING, *(level["name"] for level in each["levels"])} for each in listed}
    faults = []
    for number, session in enumerate(sessions, start=1):
        agreeing, learns = session.get("agreeing"), session.get("learns")
        if not isinstance(agreeing, dict) or any(
            name not in levels or not _are_texts(told) or not set(told) <= levels[name]
            for name, told in agreeing.items()
        ):
            faults.append(f"session no. {number}: agreeing must name comparisons, each with levels of it")
        if not _are_texts(learns) or not set(learns) <= set(levels):
            faults.append(f"session no. {number}: learns must name comparisons")
    return faults
