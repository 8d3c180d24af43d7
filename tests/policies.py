"""Policies that an office has of its own, as texts: limits of the brake, schemes of codes."""

from __future__ import annotations

from casework.types import Home

LIMITS = """
version = "test"
fewest_rows = 2
[[limit]]
sign = "one_name"
title = "cùng một tên"
share = 0.5
"""
SCHEMES = """
version = "test"
warn_below = 0.1
[[scheme]]
from = 2016-01-01
scheme = "province_permutation"
source = "test"
[[scheme]]
from = 2026-09-01
scheme = "personal_number"
source = "test"
"""


def with_policy(home: Home, name: str, text: str) -> Home:
    """The home, with `rules/NAME.toml` of its own."""
    folder = home.folder / "rules"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return home
