"""Every table that one part hands to the next: its columns, types and grain.

A schema is a plain mapping from column name to polars type. `conform` is the only gate: it orders the columns,
casts what is cheap to cast, and refuses a frame that lacks one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

Schema = Mapping[str, Any]

TEXT = pl.String

#: What a source says of one person, as text. Blank is null, never "".
#: `birth_date` is yyyy-mm-dd, yyyy-mm or yyyy; `sex` is M or F; a commune code stands beside its list
#: (2019, 2025, or null when nobody said which). `head_name` is the name of the household's head, where known.
RECORD: Schema = {
    "full_name": TEXT,
    "birth_date": TEXT,
    "sex": TEXT,
    "personal_id": TEXT,
    "old_id": TEXT,
    "bhxh_code": TEXT,
    "card_number": TEXT,
    "household_code": TEXT,
    "relation_to_head": TEXT,
    "head_name": TEXT,
    "birth_place_code": TEXT,
    "birth_place_list": TEXT,
    "birth_place_name": TEXT,
    "residence_code": TEXT,
    "residence_list": TEXT,
    "residence_name": TEXT,
    "address": TEXT,
    "ethnicity": TEXT,
    "nationality": TEXT,
    "father_name": TEXT,
    "mother_name": TEXT,
    "phone": TEXT,
}

FAULT = pl.Struct({"column": TEXT, "code": TEXT, "value": TEXT})

#: Grain: one data row of one change file, as received: canonical columns, the sender's own text.
#: `row` counts data rows from 1; `sheet_row` is the number that the sender sees; `cells` is the JSON list of the
#: row's received cells without the running number (the row's identity is made of it). `shape_fault` is what the reader
#: found wrong with the row as a whole (row_shape: more cells than headings), null where nothing; `cell_faults` what it
#: found wrong with single cells (formula_without_value …), each in the place of any other fault of its column.
#: `reader_flags` lists what the reader did or saw and kept ("household_code_filled_down" …).
RECEIVED: Schema = {
    "row": pl.Int64,
    "sheet": TEXT,
    "sheet_row": pl.Int64,
    "cells": TEXT,
    "shape_fault": TEXT,
    "cell_faults": pl.List(FAULT),
    "reader_flags": pl.List(TEXT),
    "event": TEXT,
    "event_date": TEXT,
    "birth_precision": TEXT,
    "note": TEXT,
    **RECORD,
}

#: Grain: one received row, understood. `event` is one of EVENTS, `event_date` yyyy-mm-dd, and the columns of RECORD
#: hold typed values. `faults` lists what makes the row impossible to process; a row with faults is returned.
#: `flags` lists what was noticed and kept ("personal_id_of_another", "personal_id_zeros_proposed", "unnamed" …).
UNDERSTOOD: Schema = {
    "row": pl.Int64,
    "event": TEXT,
    "event_date": TEXT,
    **RECORD,
    "flags": pl.List(TEXT),
    "faults": pl.List(FAULT),
}

EVENTS = ("birth", "death", "move_in", "move_out", "addition", "correction")

#: Grain: one record (a person of the register, or a row). `record_id` is the person_id, or minus the row_id of a row.
#: `birth` is yyyymmdd with zeros for what is unknown, `birth_precision` 0 full, 1 month and year, 2 year only.
#: Places are sets of communes of the 2025 list; `*_exact` is "list:code" when the list was told.
NORMALISED: Schema = {
    "record_id": pl.Int64,
    "name_norm": TEXT,
    "name_fold": TEXT,
    "name_sound": TEXT,
    "has_marks": pl.Boolean,
    "is_unnamed": pl.Boolean,
    "birth": pl.Int32,
    "birth_precision": pl.UInt8,
    "sex": TEXT,
    "personal_id": TEXT,
    "old_id": TEXT,
    "codes": pl.List(TEXT),
    "household_code": TEXT,
    "is_moving": pl.Boolean,
    "relation": TEXT,
    "head_fold": TEXT,
    "birth_place": pl.List(TEXT),
    "birth_place_exact": TEXT,
    "residence": pl.List(TEXT),
    "residence_exact": TEXT,
    "father_norm": TEXT,
    "father_fold": TEXT,
    "mother_norm": TEXT,
    "mother_fold": TEXT,
    "phone": TEXT,
    "ethnicity": TEXT,
    "status": TEXT,
}

#: Grain: one key of one record under one search step.
KEYS: Schema = {"record_id": pl.Int64, "step": TEXT, "key_hash": pl.Int64}

#: Grain: one (row, search step). `status` is complete, narrowed (complete after narrowing), cut or not_applicable.
#: `digest` is the SHA-256 of the step's sorted candidate ids.
SEARCH_STEPS: Schema = {
    "record_id": pl.Int64,
    "step": TEXT,
    "status": TEXT,
    "hits": pl.Int64,
    "digest": TEXT,
}

#: Grain: one candidate pair. `record_id_l` is the row that searches, `record_id_r` the person or row it met.
PAIRS: Schema = {"record_id_l": pl.Int64, "record_id_r": pl.Int64}

#: Grain: one value of one part of what a model weighs by how common it is, in one sex and birth cohort. `part` is
#: records (value "", the totals), a part of name_roles.name_parts, the same with _fold for folded text, birth_place,
#: residence, year, or a column. `sex` is M, F or "" where untold; `cohort` is the index of frequencies.COHORTS, -1
#: where untold. Parts that do not depend on sex or cohort (all but names) carry "" and -1. `records` says how many
#: records carry it.
FREQUENCIES: Schema = {"part": TEXT, "value": TEXT, "sex": TEXT, "cohort": pl.Int8, "records": pl.Int64}


def levels_schema(comparisons: Sequence[str], shares: Sequence[str]) -> Schema:
    """LEVELS under a model. Grain: one candidate pair.

    `level_*` is the code of the comparison level, 0 for missing. `share_*` is the share of the register's records that
    carry the agreeing value, null where it says nothing; `*_rare` is the share of the rarer of two values that differ
    by a slip, `name_near` that of the commoner of two names that agree but for slips.
    """
    return {
        **PAIRS,
        **{f"level_{name}": pl.UInt8 for name in comparisons},
        **{f"share_{name}": pl.Float64 for name in shares},
    }


def scored_schema(comparisons: Sequence[str], classes: Sequence[str]) -> Schema:
    """SCORED under a model. Grain: one candidate pair. All numbers are log2.

    `match_weight` is log2 P(levels | same) / P(levels | stranger), the sum of the `weight_*`; `log_*` is
    log2 P(levels | class); `odds` weighs "the same person" against everyone else in the register who could look so;
    `likeliest_other` is the likeliest of the other classes.
    """
    return {
        **PAIRS,
        **{f"level_{name}": pl.UInt8 for name in comparisons},
        "match_weight": pl.Float64,
        **{f"weight_{name}": pl.Float64 for name in comparisons},
        **{f"log_{name}": pl.Float64 for name in classes},
        "odds": pl.Float64,
        "likeliest_other": TEXT,
    }


class SchemaError(ValueError):
    """A frame does not have the columns that its schema names."""


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The frame with exactly the columns of the schema, in its order and types."""
    missing = [name for name in schema if name not in frame.columns]
    if missing:
        raise SchemaError(f"frame lacks {', '.join(missing)}; it has {', '.join(frame.columns)}")
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of the schema with no row."""
    return pl.DataFrame(schema=dict(schema))
