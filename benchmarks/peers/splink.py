"""Splink on the tables of benchmarks.peers.people: a weight for each pair of a row and whom it may be.

    python -m benchmarks.peers.splink PEOPLE OUT.parquet [--model OUT.json]

writes SCORES. The set-up is what its documentation teaches: blocking rules, names on their own frequencies by exact
text, text without marks and Jaro-Winkler, dates, numbers, household with residence, birth place, parents; u from random
pairs, m by EM in several passes, the prior from sure rules. The register is linked with the rows, then the rows with
each other by the same model. It runs in a process of its own, since it changes settings of the process it is in.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

from benchmarks.peers.people import REGISTER, ROWS

#: Pairs below this weight (log2 of the odds) decide nothing, whatever the thresholds.
FLOOR = -20.0
#: Pairs drawn for the chances among strangers, and pairs that one pass of EM reads at most.
RANDOM_PAIRS, EM_PAIRS = 5e6, 3e6
SEED = 1
#: EM on pairs of one number settles within few rounds; more of them take what no match shows below the least number
#: that Splink's EM holds (1e-300), where it ends with an error.
EM_CONVERGENCE, EM_ITERATIONS = 1e-3, 8
#: What EM saw in no match is rare, not impossible.
LEAST_M = 1e-4
#: Of all true pairs, how many the sure rules find (a guess, as the documentation asks for; it moves the prior alone).
RECALL = 0.7

SURE = (
    block_on("personal_id"),
    block_on("name", "day", "sex"),
    CustomRule("l.code = r.code and l.given_fold = r.given_fold"),
)

BLOCKS = (
    block_on("personal_id"),
    block_on("old_id"),
    block_on("code"),
    block_on("day"),
    block_on("name_fold"),
    block_on("joined"),
    block_on("household_code"),
    block_on("sound", "birth_year"),
    block_on("given_fold", "birth_year", "birth_place_commune"),
    block_on("given_fold", "birth_year", "residence_commune"),
    block_on("mother_fold", "birth_year"),
    block_on("father_fold", "birth_year"),
    block_on("phone"),
)

#: What EM reads in each pass: pairs of one number, and of one given name in one household. Passes over pairs of one day
#: or one name were tried: they take twins and namesakes for one person and gave more wrong decisions.
#: A pass learns nothing of a comparison that reads one of its rule's columns.
TRAINING = (
    block_on("personal_id"),
    block_on("old_id"),
    block_on("code"),
    block_on("household_code", "given_fold"),
)

#: Chances among strangers that no sample of pairs shows: the same number twice (papers lent, a slip), one digit off, a
#: name that differs in its spaces alone.
SAME_NUMBER, NEAR_NUMBER, SPACE_ONLY = 1e-8, 1e-7, 1e-6


#: A pair in one order, whichever side each record came from.
_PAIR = "least(record_id_l, record_id_r) as record_id, greatest(record_id_l, record_id_r) as other_id, match_weight"


def _both(condition: str) -> str:
    """The condition on `_l` and `_r` columns together with its mirror image."""
    mirrored = condition.replace("_l", "\0").replace("_r", "_l").replace("\0", "_r")
    return f"({condition}) or ({mirrored})"


def _given() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="given",
        comparison_levels=[
            cll.Or(cll.NullLevel("given"), cll.NullLevel("given_fold")),
            cll.ExactMatchLevel("given", term_frequency_adjustments=True),
            cll.ExactMatchLevel("given_fold", term_frequency_adjustments=True),
            cll.ExactMatchLevel("joined").configure(u_probability=SPACE_ONLY, fix_u_probability=True),
            cll.LevenshteinLevel("given_fold", 1),
            cll.JaroWinklerLevel("given_fold", 0.85),
            cll.ElseLevel(),
        ],
    )


def _rest() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="rest",
        comparison_levels=[
            cll.Or(cll.NullLevel("rest"), cll.NullLevel("rest_fold")),
            cll.ExactMatchLevel("rest", term_frequency_adjustments=True),
            cll.ExactMatchLevel("rest_fold", term_frequency_adjustments=True),
            cll.ExactMatchLevel("joined").configure(u_probability=SPACE_ONLY, fix_u_probability=True),
            cll.JaroWinklerLevel("rest_fold", 0.95),
            cll.JaroWinklerLevel("rest_fold", 0.88),
            cll.ExactMatchLevel("surname_fold"),
            cll.JaroWinklerLevel("rest_fold", 0.75),
            cll.ElseLevel(),
        ],
    )


def _birth() -> cl.CustomComparison:
    coarse = "substr(birth_l, 7, 2) = '00' and substr(birth_l, 1, 6) = substr(birth_r, 1, 6)"
    year = "(substr(birth_l, 5, 2) = '00' or substr(birth_l, 5, 4) = '0101') and birth_year_l = birth_year_r"
    swapped = "birth_l = substr(birth_r, 1, 4) || substr(birth_r, 7, 2) || substr(birth_r, 5, 2)"
    return cl.CustomComparison(
        output_column_name="birth",
        comparison_levels=[
            cll.NullLevel("birth"),
            cll.ExactMatchLevel("birth", term_frequency_adjustments=True),
            cll.CustomLevel(_both(coarse), "same month, one without a day"),
            cll.CustomLevel(_both(year), "same year, one without more"),
            cll.CustomLevel(swapped, "day and month swapped"),
            cll.DamerauLevenshteinLevel("birth", 1),
            cll.CustomLevel(
                "substr(birth_l, 5, 4) = substr(birth_r, 5, 4) and "
                "abs(cast(birth_year_l as integer) - cast(birth_year_r as integer)) = 1",
                "year off by one",
            ),
            cll.CustomLevel("substr(birth_l, 1, 6) = substr(birth_r, 1, 6)", "same month"),
            cll.CustomLevel("birth_year_l = birth_year_r", "same year"),
            cll.CustomLevel(
                "abs(cast(birth_year_l as integer) - cast(birth_year_r as integer)) <= 5", "within five years"
            ),
            cll.ElseLevel(),
        ],
    )


def _home() -> cl.CustomComparison:
    """Household and residence in one comparison: who agree in the first mostly agree in the second."""
    return cl.CustomComparison(
        output_column_name="home",
        comparison_levels=[
            cll.CustomLevel(
                "household_code_l is null and household_code_r is null and residence_commune_l is null", "null"
            ).configure(is_null_level=True),
            cll.ExactMatchLevel("household_code", term_frequency_adjustments=True),
            cll.ArrayIntersectLevel("residence"),
            cll.ExactMatchLevel("residence_province"),
            cll.ElseLevel(),
        ],
    )


def _birth_place() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="birth_place",
        comparison_levels=[
            cll.NullLevel("birth_place_commune"),
            cll.ExactMatchLevel("birth_place_commune", term_frequency_adjustments=True),
            cll.ArrayIntersectLevel("birth_place"),
            cll.ExactMatchLevel("birth_place_province"),
            cll.ElseLevel(),
        ],
    )


def _parent(name: str) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=name,
        comparison_levels=[
            cll.NullLevel(f"{name}_fold"),
            cll.ExactMatchLevel(name, term_frequency_adjustments=True),
            cll.ExactMatchLevel(f"{name}_fold", term_frequency_adjustments=True),
            cll.JaroWinklerLevel(f"{name}_fold", 0.92),
            cll.ElseLevel(),
        ],
    )


def _number(name: str) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=name,
        comparison_levels=[
            cll.NullLevel(name),
            cll.ExactMatchLevel(name).configure(u_probability=SAME_NUMBER, fix_u_probability=True),
            cll.LevenshteinLevel(name, 1).configure(u_probability=NEAR_NUMBER, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )


def settings() -> SettingsCreator:
    """What is compared and under which rules pairs are made."""
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="record_id",
        comparisons=[
            _given(),
            _rest(),
            _birth(),
            cl.ExactMatch("sex"),
            _number("personal_id"),
            _number("old_id"),
            _number("code"),
            _home(),
            _birth_place(),
            _parent("father"),
            _parent("mother"),
            cl.ExactMatch("phone"),
        ],
        blocking_rules_to_generate_predictions=list(BLOCKS),
        retain_matching_columns=False,
        em_convergence=EM_CONVERGENCE,
        max_iterations=EM_ITERATIONS,
    )


def trained(linker: Linker) -> dict[str, Any]:
    """The model, learnt without labels; no level is impossible among matches."""
    linker.training.estimate_probability_two_random_records_match(list(SURE), recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=EM_PAIRS, record_sample_proportion=1.0
        )
    model: dict[str, Any] = linker.misc.save_model_to_json()
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if "m_probability" in level:
                level["m_probability"] = max(level["m_probability"], LEAST_M)
    return model


def predicted(linker: Linker) -> str:
    """The table of the linker's pairs with their weights."""
    return str(linker.inference.predict(threshold_match_weight=FLOOR).physical_name)


def scores(people: Path, work: Path) -> tuple[duckdb.DuckDBPyRelation, dict[str, Any]]:
    """SCORES and the model. `work` is a folder for what does not fit into memory."""
    connection = duckdb.connect(config={"memory_limit": "12GB", "temp_directory": str(work)})
    api = DuckDBAPI(connection)
    register = api.register(connection.read_parquet(str(people / REGISTER)), dataset_display_name="register")
    rows = api.register(connection.read_parquet(str(people / ROWS)), dataset_display_name="rows")
    model = trained(Linker([register, rows], settings(), log_level=None))
    found = predicted(Linker([register, rows], model, log_level=None))
    among_rows = Linker(rows, {**model, "link_type": "dedupe_only"}, log_level=None)
    among_rows.training.estimate_probability_two_random_records_match(list(SURE), recall=RECALL)
    among = predicted(among_rows)
    met = connection.table(found).project(_PAIR).union(connection.table(among).project(_PAIR))
    best = met.aggregate("record_id, other_id, max(match_weight) as weight", "record_id, other_id")
    return best.order("record_id, other_id"), model


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after the scores were written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("people", type=Path, help="folder written by benchmarks.peers.people")
    parser.add_argument("out", type=Path, help="SCORES, as Parquet")
    parser.add_argument("--model", type=Path, help="keep the learnt model here, as JSON")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="splink-", dir=given.out.parent) as work:
        found, model = scores(given.people, Path(work))
        found.write_parquet(str(given.out))
    if given.model:
        given.model.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
