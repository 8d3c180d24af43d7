"""Laws of names, dates and numbers that hold for any input."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from matching.dates import parse_birth
from matching.numbers import personal_id_facts, type_number
from matching.row_numbers import NUMBER_COLUMNS, Facts, type_row
from matching.text import clean, fold, is_unnamed, norm_name, sound

AT = date(2026, 11, 1)
BASES = "abcdeghiklmnopqrstuvxyđăâêôơư"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]

letters = st.tuples(st.sampled_from(BASES), st.sampled_from(TONES)).map("".join)
words = st.lists(letters, min_size=1, max_size=6).map(lambda parts: unicodedata.normalize("NFC", "".join(parts)))
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
#: A syllable with at most one tone mark, as Vietnamese is written.
plain_words = st.tuples(st.text(BASES, min_size=1, max_size=6), st.sampled_from(TONES), st.integers(0, 5)).map(
    lambda parts: unicodedata.normalize("NFC", parts[0][: parts[2] + 1] + parts[1] + parts[0][parts[2] + 1 :])
)


@given(st.text())
def test_every_form_is_a_fixed_point(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert norm_name(norm_name(text)) == norm_name(text)
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_folded_name_is_ascii_lower_case_and_single_spaced(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower() == " ".join(folded.split())


@given(st.text())
def test_fold_and_sound_depend_on_the_normal_form_only(text: str) -> None:
    assert fold(norm_name(text)) == fold(text)
    assert sound(fold(text)) == sound(text)


@given(names)
def test_a_name_is_one_name_in_any_unicode_form_case_and_spacing(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert norm_name(unicodedata.normalize(form, name)) == norm_name(name)
    assert norm_name(name.upper()) == norm_name(name)
    assert norm_name(name.title()) == norm_name(name)
    assert norm_name("  " + name.replace(" ", " \u00a0\u200b ") + "\ufeff") == norm_name(name)


@given(plain_words)
def test_normalising_keeps_letters_and_tone(word: str) -> None:
    def settled(text: str) -> list[str]:
        return sorted("i" if char == "y" else char for char in unicodedata.normalize("NFD", text))

    assert settled(norm_name(word)) == settled(word)


@given(st.text())
def test_any_text_is_named_or_unnamed(text: str) -> None:
    assert is_unnamed(text) == is_unnamed(norm_name(text))


@given(st.text(), st.sampled_from([None, 0, 1, 2]), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_birth_date_is_a_value_or_a_fault(text: str, precision: int | None, order: str) -> None:
    parsed = parse_birth(text, precision, order, AT)
    assert (parsed.value is None) != (parsed.fault is None)


SPREADSHEET_EPOCH = date(1899, 12, 30)


def is_day_of_a_year(day: date) -> bool:
    """A spreadsheet's day for a year that was typed into a cell for dates: such a day is read as the year."""
    return 1890 <= (day - SPREADSHEET_EPOCH).days <= AT.year


@given(st.integers(1890, AT.year))
def test_the_day_that_a_spreadsheet_makes_of_a_year_is_read_as_the_year(year: int) -> None:
    day = SPREADSHEET_EPOCH + timedelta(days=year)
    assert parse_birth(day.strftime("%d/%m/%Y"), None, "dmy", AT).value == str(year)


@given(
    st.dates(date(1890, 1, 1), AT).filter(lambda day: not is_day_of_a_year(day)),
    st.sampled_from(["/", "-", ".", " / "]),
)
def test_a_written_date_is_read_back(day: date, sign: str) -> None:
    parts = [f"{day.day:02d}", f"{day.month:02d}", f"{day.year}"]
    assert parse_birth(sign.join(parts), None, "dmy", AT).value == day.isoformat()
    assert parse_birth(sign.join([parts[1], parts[0], parts[2]]), None, "mdy", AT).value == day.isoformat()
    assert parse_birth(day.isoformat(), None, "mdy", AT).value == day.isoformat()
    assert parse_birth(sign.join(parts), 2, "dmy", AT).value == str(day.year)


digits = st.text("0123456789", min_size=1, max_size=15)
anything = st.one_of(digits, st.text())
sexes = st.sampled_from(["M", "F", None])
years = st.one_of(st.none(), st.integers(1890, 2026))


@given(st.fixed_dictionaries({column: st.one_of(st.none(), anything) for column in NUMBER_COLUMNS}), sexes, years)
def test_typed_numbers_have_the_shape_of_their_column(
    numbers: dict[str, str | None], sex: str | None, year: int | None
) -> None:
    typed = type_row(numbers, Facts(sex, year, AT))
    assert typed.personal_id is None or personal_id_facts(typed.personal_id, AT) is not None
    assert typed.old_id is None or (typed.old_id.isdigit() and len(typed.old_id) in (9, 12))
    assert typed.bhxh_code is None or (typed.bhxh_code.isdigit() and len(typed.bhxh_code) == 10)
    assert typed.card_number is None or len(typed.card_number) == 15


@given(st.sampled_from(NUMBER_COLUMNS), st.integers(10**9, 10**11 - 1), sexes, years)
def test_zeros_are_never_imposed_against_the_rows_facts(
    column: str, number: int, sex: str | None, year: int | None
) -> None:
    typed = type_row({column: str(number)}, Facts(sex, year, AT))
    if typed.personal_id is not None:
        told = personal_id_facts(typed.personal_id, AT)
        assert told is not None
        assert told.birth_year == year
        assert sex in (None, told.sex)
        assert "personal_id_zeros_proposed" in typed.flags


@given(st.integers(1900, 2026), st.sampled_from(["M", "F"]), st.integers(0, 10**6 - 1))
def test_a_number_made_for_a_person_agrees_with_that_person(year: int, sex: str, last: int) -> None:
    century = 2 * ((year - 1900) // 100) + (sex == "F")
    number = f"001{century}{year % 100:02d}{last:06d}"
    written = type_row({"personal_id": number}, Facts(sex, year, AT))
    assert (written.personal_id, written.flags) == (number, [])
    lost = type_row({"personal_id": number.lstrip("0")}, Facts(sex, year, AT))
    assert (lost.personal_id, lost.flags) == (number, ["personal_id_zeros_proposed"])


@given(anything)
def test_a_verdict_is_one_of_five(text: str) -> None:
    assert type_number(text, AT).verdict in {"ok", "propose", "ambiguous", "placeholder", "reject"}
