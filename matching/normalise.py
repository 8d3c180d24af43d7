"""RECORD to NORMALISED: the one place where what a source says of a person becomes what is searched and compared."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from matching.dates import birth_number
from matching.glued import parted
from matching.numbers import clean_phone, typed_to_fill
from matching.places import place_columns
from matching.schemas import NORMALISED, RECORD, conform, empty
from matching.text import bears_the_mothers_name, clean_column, fold, name_columns, norm_name, over_unique, rules

#: Raise this date whenever any value that `normalise` gives would change: stores refuse to mix two versions.
NORMALISER_VERSION = "2026-12-01.1"


@lru_cache(maxsize=1)
def _relations() -> tuple[dict[str, str], dict[str, str]]:
    """The words of relation by spelling, and by folded spelling where that has one meaning only."""
    spelled: dict[str, str] = {}
    folded: dict[str, set[str]] = {}
    for relation, words in rules("words")["relations"].items():
        for word in words:
            spelled[norm_name(word)] = relation
            folded.setdefault(fold(word), set()).add(relation)
    return spelled, {word: next(iter(found)) for word, found in folded.items() if len(found) == 1}


def relation_of(text: str) -> str | None:
    """The relation to the head of household in one word (head, spouse, child …); one that is not known stays text."""
    spelled, folded = _relations()
    word = norm_name(text)
    if word.isascii():
        return spelled.get(word) or folded.get(word) or word or None
    return spelled.get(word, word)


def _births(values: pl.Series) -> pl.DataFrame:
    """`birth` (yyyymmdd, zeros for what is unknown) and `birth_precision` of partial ISO dates; null if not a date."""
    month, day = pl.col("birth") // 100 % 100, pl.col("birth") % 100
    precision = pl.when(month == 0).then(2).when(day == 0).then(1).otherwise(0).cast(pl.UInt8)
    return pl.DataFrame({"birth": over_unique(values, birth_number, pl.Int32)}).with_columns(
        pl.when(pl.col("birth").is_not_null()).then(precision).alias("birth_precision")
    )


def normalise(records: pl.DataFrame) -> pl.DataFrame:
    """NORMALISED: one row a record, in the order received.

    Takes the columns of RECORD and `record_id`; `status`, `codes` (a list of further codes of the person) and
    `is_moving` (whether its household is a new one) where they are known. A birth date that is no date becomes null, a
    telephone that is none too; nothing else is judged.
    """
    if records.is_empty():
        return empty(NORMALISED)
    texts = {name: clean_column(records.get_column(name)) for name in RECORD}
    names = name_columns(parted(texts["full_name"]))
    births = _births(texts["birth_date"])
    relation = over_unique(texts["relation_to_head"], relation_of)
    head = pl.select(pl.coalesce(texts["head_name"], pl.when(relation == "head").then(texts["full_name"]))).to_series()
    places = {
        place: place_columns(*(texts[f"{place}_{part}"] for part in ("code", "list", "name")))
        for place in ("birth_place", "residence")
    }
    parents = {parent: name_columns(parted(texts[f"{parent}_name"])) for parent in ("father", "mother")}
    given = {name: records.get_column(name) for name in ("status", "codes", "is_moving") if name in records.columns}
    blank = pl.Series([None], dtype=pl.String).extend_constant(None, records.height).head(records.height)
    columns = {
        "record_id": records.get_column("record_id"),
        **{f"name_{form}": names[form] for form in ("norm", "fold", "sound")},
        "has_marks": names["has_marks"],
        "is_unnamed": names["is_unnamed"] | bears_the_mothers_name(names["fold"], parents["mother"]["fold"]),
        "birth": births["birth"],
        "birth_precision": births["birth_precision"],
        **{name: texts[name] for name in ("sex", "household_code")},
        **_identity_numbers(texts["personal_id"], texts["old_id"]),
        "codes": _codes(texts["bhxh_code"], texts["card_number"], given.get("codes")),
        "is_moving": given.get("is_moving", blank.cast(pl.Boolean)),
        "relation": relation,
        "head_fold": over_unique(head, lambda name: fold(name) or None),
        **{place: found["communes"] for place, found in places.items()},
        **{f"{place}_exact": found["exact"] for place, found in places.items()},
        **{f"{parent}_{form}": forms[form] for parent, forms in parents.items() for form in ("norm", "fold")},
        "phone": over_unique(texts["phone"], clean_phone),
        "ethnicity": over_unique(texts["ethnicity"], lambda name: fold(name) or None),
        "status": given.get("status", blank),
    }
    return conform(pl.DataFrame(columns), NORMALISED)


def _identity_numbers(personal_ids: pl.Series, old_ids: pl.Series) -> dict[str, pl.Series]:
    """`personal_id` and `old_id`, each where its length says it belongs: twelve digits, and nine; none typed to fill.

    Registers hold old identity cards in the column of personal ids, and the other way round. A number stays where it
    stands if its length is neither, or if another stands where it belongs.
    """
    personal_id, old_id = (
        pl.when(~typed_to_fill(pl.col(name))).then(pl.col(name)) for name in ("personal_id", "old_id")
    )
    is_card = personal_id.str.contains(r"^\d{9}$") & (old_id.is_null() | (old_id == personal_id))
    is_personal = old_id.str.contains(r"^\d{12}$") & (personal_id.is_null() | (old_id == personal_id))
    moved = pl.DataFrame({"personal_id": personal_ids, "old_id": old_ids}).select(
        personal_id=pl.when(is_card).then(None).when(is_personal).then(old_id).otherwise(personal_id),
        old_id=pl.when(is_card).then(personal_id).when(is_personal).then(None).otherwise(old_id),
    )
    return {name: moved.get_column(name) for name in moved.columns}


def _codes(codes: pl.Series, cards: pl.Series, further: pl.Series | None) -> pl.Series:
    """Every code of each record, sorted, each once: its own, the one inside its card, and those given beside them."""
    frame = pl.DataFrame({"code": codes, "card": cards})
    inside = pl.when(pl.col("card").str.contains(r"^[A-Z]{2}\d{13}$")).then(pl.col("card").str.slice(-10))
    lists = [pl.col("code"), inside]
    if further is not None:
        frame = frame.with_columns(further.alias("further"))
        lists.append(pl.col("further").fill_null(pl.lit([], dtype=pl.List(pl.String))))
    return frame.select(pl.concat_list(lists).list.drop_nulls().list.unique().list.sort()).to_series()
