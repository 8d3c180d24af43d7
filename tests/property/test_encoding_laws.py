"""Laws of legacy text: what was encoded comes back, and what is Unicode or a known name stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.encodings import encode
from matching.encodings import ENCODINGS, carried, decode
from matching.residue import repair
from matching.text import rules
from matching.valid_syllables import is_known, is_syllable

TOLD = rules("syllables")
kinds = st.sampled_from(["back", "front"])
bare = kinds.flatmap(
    lambda kind: st.tuples(st.sampled_from(TOLD["initials"][kind]), st.sampled_from(TOLD["rimes"][kind])).map("".join)
)
tones = st.sampled_from(["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"])


@st.composite
def syllables(draw: st.DrawFn) -> str:
    """A syllable with its tone on the vowel that carries a mark, else on the first."""
    letters = draw(bare)
    tone = draw(tones)
    marked = [at for at, char in enumerate(letters) if char in "ăâêôơư"] or [
        at for at, char in enumerate(letters) if char in "aeiouy"
    ]
    seat = marked[-1] if letters[marked[-1]] in "ăâêôơư" else marked[0]
    return unicodedata.normalize("NFC", letters[: seat + 1] + tone + letters[seat + 1 :])


words = syllables().filter(is_syllable)
cases = st.sampled_from([str.title, str.upper])
names = st.builds(lambda parts, case: case(" ".join(parts)), st.lists(words, min_size=1, max_size=5), cases)


@pytest.mark.parametrize("encoding", sorted(set(ENCODINGS) - {"tcvn3"}))
@given(name=names, carrier=st.sampled_from([0, 1]))
def test_what_was_encoded_comes_back(encoding: str, name: str, carrier: int) -> None:
    assert decode(encode(name, encoding, carrier), encoding) == name


@given(names, st.sampled_from([0, 1]))
def test_what_was_in_tcvn3_comes_back_but_for_case(name: str, carrier: int) -> None:
    assert decode(encode(name, "tcvn3", carrier), "tcvn3").casefold() == name.casefold()


@given(st.lists(words, min_size=1, max_size=5).map(" ".join))
def test_tcvn3_capitals_are_those_that_were_seen(name: str) -> None:
    assert decode(encode(f"Nguyễn {name.title()}", "tcvn3"), "tcvn3") == f"Nguyễn {name.title()}"
    assert decode(encode(f"NGUYỄN {name.upper()}", "tcvn3"), "tcvn3") == f"NGUYỄN {name.upper()}"


@given(st.binary(max_size=60), st.sampled_from(ENCODINGS))
def test_any_bytes_are_decoded_to_nfc(content: bytes, encoding: str) -> None:
    decoded = decode(carried(content), encoding)
    assert unicodedata.is_normalized("NFC", decoded)


@given(st.text(), st.sampled_from(ENCODINGS))
def test_any_text_is_decoded_to_nfc(text: str, encoding: str) -> None:
    assert unicodedata.is_normalized("NFC", decode(text, encoding))


@given(words)
def test_a_syllable_is_known_with_its_marks_and_in_any_case(word: str) -> None:
    assert is_known(word)
    assert is_known(word.upper())
    assert is_known(unicodedata.normalize("NFD", word))


@given(names)
def test_a_name_of_syllables_holds_no_residue(name: str) -> None:
    assert repair(name) == (name, False)


@given(st.text(max_size=40))
def test_what_was_repaired_is_repaired(text: str) -> None:
    repaired, _ = repair(text)
    assert repair(repaired) == (repaired, False)
