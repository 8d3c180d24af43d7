"""The house itself: its floors, its lock, its licences and the links of its documents."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sql import statements

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["importlinter"]["root_packages"]
CONTRACTS = {contract["id"]: contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}
GROUPS = PROJECT["dependency-groups"]
DIRECT = [Requirement(text) for text in (*PROJECT["project"]["dependencies"], *GROUPS["dev"], *GROUPS["bench"])]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = [(canonicalize_name(name), version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)]
LICENCES = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")

#: contract, folder of the planted module, its one line
PLANTINGS = [
    ("floors", "sql", "import matching"),
    ("floors", "matching", "import registry"),
    ("floors", "registry", "import casework"),
    ("floors", "casework", "import pipelines"),
    ("rooms", "casework/deliveries", "import casework.deciding.batch"),
    ("rooms", "casework/office", "import casework.control.ladder"),
    ("shells-call-casework", "pipelines", "import registry"),
    ("shells-call-casework", "pipelines", "import review"),
    ("shells-call-casework", "pipelines", "import duckdb"),
    ("pages-call-casework", "review", "import registry"),
    ("pages-call-casework", "review", "import pipelines"),
    ("pages-call-casework", "review", "import duckdb"),
    ("prefect-in-flows", "pipelines", "import prefect"),
    ("prefect-in-flows", "casework", "import prefect"),
    ("prefect-in-flows", "review", "import prefect"),
    ("use-cases-hold-no-engine", "casework", "import duckdb"),
    ("use-cases-hold-no-engine", "casework", "from sqlalchemy import text"),
    ("no-web-below-the-shells", "registry", "import fastapi"),
    ("store-knows-schemas", "registry", "import matching.planted"),
    ("core-holds-no-store", "matching", "import sqlite3"),
    ("pandas-in-training", "matching", "import pandas"),
    ("pandas-in-training", "registry", "import recordlinkage"),
    ("verifier-stands-alone", "verifier", "import registry"),
    ("verifier-stands-alone", "verifier", "import polars"),
]

#: What the lowest floors may import beside the standard library; training is held by a contract of its own.
CORE_PARTS = {"polars", "numpy", "scipy", "rapidfuzz", "unidecode", "pandas", "recordlinkage"}

#: Text of the program itself; everything else in a package or beside it is shipped data.
OWN_TEXT = {".py", ".pyc", ".sql", ".md"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The finished run of import-linter over the packages in a folder."""
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert command is not None, "import-linter is not installed beside this Python; run make lint once"
    return subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def shipped_folders() -> Iterator[str]:
    """Every folder that holds data the project ships, relative to the root."""
    for top in (*PACKAGES, "benchmarks", "data_samples", "tests"):
        for file in sorted((ROOT / top).rglob("*")):
            if file.is_file() and file.suffix not in OWN_TEXT:
                yield file.parent.relative_to(ROOT).as_posix() + "/"


def test_floors_hold() -> None:
    run = lint_imports(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(("contract", "folder", "line"), PLANTINGS)
def test_planted_import_breaks_its_contract(tmp_path: Path, contract: str, folder: str, line: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda at, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
        (tmp_path / package / "planted.py").touch()
    (tmp_path / folder / "planted.py").write_text(line + "\n", encoding="utf-8")
    run = lint_imports(tmp_path)
    assert run.returncode == 1
    assert f"{CONTRACTS[contract]} BROKEN" in " ".join(run.stdout.split())


def test_every_contract_was_shown_to_fail() -> None:
    assert {contract for contract, _, _ in PLANTINGS} == set(CONTRACTS)


@pytest.mark.parametrize(
    ("package", "allowed"), [("matching", CORE_PARTS), ("sql", set[str]()), ("verifier", {"cryptography"})]
)
def test_lowest_floors_import_only_what_is_listed(package: str, allowed: set[str]) -> None:
    modules = grimp.build_graph(package, include_external_packages=True, cache_dir=None).modules
    outside = {module for module in modules if module.split(".")[0] != package}
    assert outside - allowed - sys.stdlib_module_names == set()


def test_every_statement_is_asked_for() -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8") for floor in ("registry", "casework") for file in (ROOT / floor).rglob("*.py")
    )
    named = set(re.findall(r"[\"'](\w+)[\"']", code))
    ledger = {*statements("ledger", "sqlite"), *statements("ledger", "postgresql")}
    assert sorted({*ledger, *statements("register")} - named) == []


@pytest.mark.parametrize("folder", ["ledger", "checks"])
def test_engines_have_the_same_statements(folder: str) -> None:
    described = [
        {name: said.description for name, said in statements(folder, engine).items()}
        for engine in ("sqlite", "postgresql")
    ]
    assert described[0] == described[1]


def test_what_runs_on_a_clean_checkout_takes_no_arguments() -> None:
    run = subprocess.run([ROOT / ".ci" / "run", "--fast"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert "unknown argument --fast" in run.stderr


def test_lock_names_no_address() -> None:
    assert re.findall(r"^.*(?:://| @ |--index-url|--extra-index-url|--find-links).*$", LOCK, re.MULTILINE) == []


def test_lock_pins_and_hashes_every_package() -> None:
    entries = [entry for entry in re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE) if entry.strip()]
    loose = [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_lock_satisfies_the_bounds(requirement: Requirement) -> None:
    versions = [version for name, version in LOCKED if name == canonicalize_name(requirement.name)]
    assert versions, "run make lock"
    assert all(requirement.specifier.contains(version) for version in versions)
    assert str(requirement.specifier), "a dependency without any bound"


def test_every_locked_package_has_its_licence_named() -> None:
    missing = [name for name, _ in LOCKED if f"`{name}`" not in LICENCES]
    assert missing == []


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_every_dependency_has_its_row(requirement: Requirement) -> None:
    assert re.search(rf"^\| `{re.escape(canonicalize_name(requirement.name))}` \|", LICENCES, re.MULTILINE)


def test_every_shipped_data_folder_has_its_licence_named() -> None:
    named = tuple(re.findall(r"^\| `([\w/]+/)", LICENCES, re.MULTILINE))
    missing = sorted({folder for folder in shipped_folders() if not folder.startswith(named)})
    assert missing == []


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
PAGES += [page for folder in ("docs", "benchmarks", "data_samples") for page in sorted((ROOT / folder).rglob("*.md"))]
of_pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@of_pages
def test_links_of_the_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@of_pages
def test_paths_named_in_the_documents_are_there(page: Path) -> None:
    folders = "|".join((*PACKAGES, "benchmarks", "data_samples", "tests"))
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
