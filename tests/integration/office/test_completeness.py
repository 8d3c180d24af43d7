"""No search without its entry: each statement that logs is taken out of the search paths, and a check must find it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, NamedTuple

import pytest

from casework.deciding import writing
from casework.office import search as search_module
from casework.office.search import search
from casework.types import Viewer
from tests.sealed import LINE

if TYPE_CHECKING:
    from .conftest import Office

CASEWORK = Path(writing.__file__).parents[1]
#: what a statement looks like that logs
_LOGS = re.compile(r"self\._log\(|log\.append\(|self\._acts\.append\(")


class Mutation(NamedTuple):
    """A function without one of its statements, and how that statement reads."""

    function: FunctionType
    without: CodeType
    statement: str


def _code_of(code: CodeType, qualname: str) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_qualname == qualname:
                yield inner
            yield from _code_of(inner, qualname)


def _mutations(functions: list[FunctionType]) -> Iterator[Mutation]:
    for function in functions:
        source = Path(inspect.getfile(function)).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef) or node.name != function.__name__:
                continue
            for number, statement in enumerate(ast.walk(node)):
                if isinstance(statement, ast.Expr) and _LOGS.match(ast.unparse(statement)):
                    tree = ast.parse(source)
                    mutated = next(n for n in ast.walk(tree) if ast.dump(n) == ast.dump(node))
                    expression = list(ast.walk(mutated))[number]
                    assert isinstance(expression, ast.Expr)
                    expression.value = ast.copy_location(ast.Constant(None), expression)
                    (code,) = _code_of(compile(tree, source, "exec"), function.__qualname__)
                    yield Mutation(function, code, f"{function.__qualname__}: {ast.unparse(statement)[:40]}")


def _functions(*owners: object) -> list[FunctionType]:
    return [function for owner in owners for function in vars(owner).values() if isinstance(function, FunctionType)]


MUTATIONS = list(_mutations([*_functions(writing.Chunk), vars(search_module)["search"]]))


def work(office: Office) -> None:
    """A row by the machine, one after an officer's word, and a query by hand."""
    office.run(office.file("a.csv", LINE, "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025"))
    search(office.home, {"full_name": "Lương Thị Hạnh", "birth_date": "02/08/1974"}, Viewer("minh", "tra cứu"))


def test_the_paths_that_search_are_these() -> None:
    # whoever builds another has it mutated too; a replay repeats searches that were logged, and is held to its own
    # entries by test_replay.py
    building = {file.name for file in CASEWORK.rglob("*.py") if re.search(r"\bSearcher\(\w", file.read_text("utf-8"))}
    assert building == {"batch.py", "replay.py", "search.py"}
    assert sorted(mutation.statement for mutation in MUTATIONS) == [
        "Chunk._decide: self._log(row, body, person_id, code)",
        "Chunk._log: self._acts.append(log.Act('decision', co",
        "Chunk._log: self._acts.append(log.Act('search_step',",
        "Chunk.write: log.append(session, self._viewer, self._",
        "search: log.append(session, viewer, acts)",
    ]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.statement)
def test_a_search_that_does_not_log_is_found(
    new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch, mutation: Mutation
) -> None:
    office = new_office()
    with monkeypatch.context() as patched:
        patched.setattr(mutation.function, "__code__", mutation.without)
        work(office)
    assert office.broken().keys() & {"searches_are_counted", "decision_is_logged"}


def test_searches_that_log_break_nothing(office: Office) -> None:
    work(office)
    assert office.broken() == {}
    ((calls, entries),) = office.ask(
        "select (select sum(steps) from search_call), (select count(*) from log_entry where act = 'search_step')"
    )
    assert calls == entries > 0
