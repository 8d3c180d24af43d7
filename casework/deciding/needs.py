"""What a row must say before a code may be issued for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.decode_columns import LEGACY_POSSIBLE

#: Assumption: the regulation's own list could not be read. Each need is met by any of its columns
NEEDS: Mapping[str, tuple[str, ...]] = {
    "full_name": ("full_name",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "residence": ("residence_code", "residence_name", "household_code"),
}
_FEWEST_SYLLABLES = 2


def lacking(understood: Mapping[str, Any]) -> tuple[str, ...]:
    """The needs that a row does not meet; a name of one syllable, or perhaps of an old font, is not a full name."""
    missing = [need for need, columns in NEEDS.items() if not any(understood[column] for column in columns)]
    name = understood["full_name"]
    if name and (len(name.split()) < _FEWEST_SYLLABLES or LEGACY_POSSIBLE in understood["flags"]):
        missing.append("full_name")
    return tuple(missing)
