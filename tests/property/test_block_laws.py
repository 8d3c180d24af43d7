"""Laws of blocking: dates and places that can agree meet, those that cannot do not."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.block import asked, emitted
from matching.normalise import normalise
from matching.schemas import RECORD
from matching.steps import SearchRules, Step, search_rules

RULES = search_rules()
#: each example is a whole frame, and takes a tenth of a second
few = settings(max_examples=25)
#: a few near dates, so that two of them often agree
DATES = [
    f"{year}{month}"
    for year in ("1986", "1987")
    for month in ("", "-01", "-07", "-01-01", "-01-07", "-07-01", "-07-14", "-07-15")
]
any_date = st.dates(date(1890, 1, 1), date(2026, 11, 1)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
)
dates = st.one_of(st.sampled_from(DATES), any_date)
codes = st.sampled_from(["00001", "00025", "00070", "10441", "30238", "99999"])
lists = st.sampled_from(["2019", "2025", None])
COLUMNS = {
    "full_name": st.sampled_from(["Nguyễn Thị Hà", "Nguyen Thi Ha", "Y Moan", "Hà", None]),
    "birth_date": st.one_of(st.none(), dates),
    "sex": st.sampled_from(["M", "F", None]),
    "personal_id": st.sampled_from(["001186123456", None]),
    "bhxh_code": st.sampled_from(["0105564797", None]),
    "household_code": st.sampled_from(["0100005955", None]),
    "mother_name": st.sampled_from(["Lê Thị Mai", None]),
    "birth_place_code": st.one_of(st.none(), codes),
    "residence_code": st.one_of(st.none(), codes),
    "residence_list": lists,
}
records = st.fixed_dictionaries(COLUMNS)


def normalised(*rows: dict[str, Any]) -> pl.DataFrame:
    numbered = [{**row, "record_id": place} for place, row in enumerate(rows)]
    return normalise(pl.DataFrame(numbered, schema={**RECORD, "record_id": pl.Int64}))


def met(frame: pl.DataFrame, rules: SearchRules) -> set[tuple[int, int]]:
    """(who searches, whom he meets) among the records of a frame."""
    questions = asked(frame, rules).filter(~pl.col("is_narrow")).select("record_id", "key_hash")
    found = questions.join(emitted(frame, rules), on="key_hash", how="inner")
    return set(found.select("record_id", "record_id_right").iter_rows())


def rules_of(*key: str) -> SearchRules:
    return SearchRules("test", 10, "only", (Step("only", "", "always", (key,), None),))


@few
@given(st.lists(dates, min_size=2, max_size=12))
def test_dates_meet_exactly_when_they_can_agree(texts: list[str]) -> None:
    """1 January often stands for a date that nobody knows: it can agree with every date of its year."""
    frame = normalised(*({"full_name": "Nguyễn Thị Hà", "birth_date": text} for text in texts))
    can_agree = {
        (place, other)
        for place, one in enumerate(texts)
        for other, another in enumerate(texts)
        if one.startswith(another)
        or another.startswith(one)
        or (one[:4] == another[:4] and {one[4:], another[4:]} & {"-01-01"})
    }
    assert met(frame, rules_of("name", "birth")) == can_agree


@few
@given(st.lists(st.tuples(codes, lists), min_size=2, max_size=12))
def test_places_meet_exactly_when_their_readings_overlap(places: list[tuple[str, str | None]]) -> None:
    frame = normalised(*({"residence_code": code, "residence_list": told} for code, told in places))
    readings = [set(found) for found in frame["residence"].to_list()]
    overlap = {
        (place, other) for place, one in enumerate(readings) for other, another in enumerate(readings) if one & another
    }
    assert met(frame, rules_of("residence")) == met(frame, rules_of("place")) == overlap


@few
@given(st.lists(records, min_size=2, max_size=8))
def test_meeting_is_mutual_and_whoever_can_search_can_be_found(rows: list[dict[str, Any]]) -> None:
    frame = normalised(*rows)
    pairs = met(frame, RULES)
    assert pairs == {(other, one) for one, other in pairs}
    says = ["record_id", "step"]
    questions, answers = asked(frame, RULES), emitted(frame, RULES)
    asking = questions.select(says).unique().sort(says)
    assert asking.equals(answers.select(says).unique().sort(says))
    own = questions.join(answers, on=["record_id", "step", "key_hash"], how="semi")
    assert asking.equals(own.filter(~pl.col("is_narrow")).select(says).unique().sort(says))


@few
@given(st.lists(records, min_size=2, max_size=8))
def test_who_meets_in_a_narrowed_key_meets_in_the_key_that_it_narrows(rows: list[dict[str, Any]]) -> None:
    frame = normalised(*rows)
    answers = emitted(frame, RULES).select("key_hash", found="record_id")
    narrowed = asked(frame, RULES).filter("is_narrow").join(answers, on="key_hash", how="inner")
    wide = answers.rename({"key_hash": "base_hash"})
    assert narrowed.join(wide, on=["base_hash", "found"], how="anti").is_empty()


@few
@given(st.lists(records, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_keys_depend_on_the_record_alone(rows: list[dict[str, Any]], random: Any) -> None:
    frame = normalised(*rows)
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    for keys_of in (emitted, asked):
        together = keys_of(frame, RULES).sort(pl.all())
        assert keys_of(frame[mixed], RULES).sort(pl.all()).equals(together)
        alone = keys_of(frame[:1], RULES)
        assert alone.sort(pl.all()).equals(together.filter(pl.col("record_id") == 0))
