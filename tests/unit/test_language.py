"""Every text of the pages has its English, and nothing of theirs is written past the catalogue."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import office_words
from casework.office import comparison
from casework.step_titles import step_titles
from review.language import CATALOGUE, english

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "review" / "templates").glob("*.html"))
MODULES = [
    *sorted((ROOT / "review").rglob("*.py")),
    *(ROOT / "casework" / "office" / name for name in ("choices.py", "roles.py")),
]
#: tables of the words of the offices that pages show; the others are the terminal's
TABLES = sorted(
    {name for file in TEMPLATES for name in re.findall(r"\bwords\.([A-Z_]+)", file.read_text(encoding="utf-8"))}
)
#: names are the same in every language
NAMES = {"Một Mã", "Tiếng Việt"}
_VIETNAMESE = re.compile("[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_TRANSLATED = re.compile(r"""_\((?:"((?:[^"\\]|\\.)*)"|'([^']*)')\)""")


def in_templates() -> Iterator[str]:
    for file in TEMPLATES:
        for double, single in _TRANSLATED.findall(file.read_text(encoding="utf-8")):
            yield (double or single).replace('\\"', '"')


def in_modules() -> Iterator[str]:
    """Every Vietnamese text of a module that is no docstring."""
    for file in MODULES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and text not in docs and _VIETNAMESE.search(text):
                yield text


def in_words() -> Iterator[str]:
    for table in TABLES:
        yield from getattr(office_words, table).values()
    yield from office_words.COMPARISONS.values()
    yield from office_words.SAID.values()
    yield from comparison._TITLES.values()
    yield from step_titles().values()
    for name in ("returns", "grounds", "questions", "ladder", "figures"):
        told = tomllib.loads((ROOT / "casework" / "rules" / f"{name}.toml").read_text(encoding="utf-8"))
        yield from (
            entry[part]
            for entries in told.values()
            if isinstance(entries, list)
            for entry in entries
            for part in ("title", "what", "not_said", "detail")
            if part in entry
        )


def wanted() -> list[str]:
    return sorted({*in_templates(), *in_modules(), *in_words()} - NAMES)


def test_every_text_has_its_english() -> None:
    assert [text for text in wanted() if text not in english()] == []


def test_the_catalogue_holds_nothing_else_and_speaks_english() -> None:
    assert sorted(set(english()) - set(wanted())) == []
    assert [text for text in english().values() if _VIETNAMESE.search(re.sub("“[^”]*”", "", text))] == []


def test_places_in_a_text_are_those_of_its_english() -> None:
    fields = re.compile(r"\{\w+\}")
    assert [one for one, other in english().items() if set(fields.findall(one)) != set(fields.findall(other))] == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_writes_past_the_catalogue(file: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    left = _TRANSLATED.sub("", text)
    for name in NAMES:
        left = left.replace(name, "")
    assert [line for line in left.splitlines() if _VIETNAMESE.search(line)] == []


def test_the_catalogue_is_sorted() -> None:
    told = re.findall(r'^msgid "(.+)"$', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == sorted(told)
