"""Dated policies of an office: TOML files that ship with the program, or that a home has of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from typing import Any

from casework.errors import UsageError
from casework.types import Home


class PolicyError(UsageError):
    """A policy file says something that the program does not understand."""


def policy(home: Home, name: str) -> Mapping[str, Any]:
    """The content of one policy: `rules/NAME.toml` of the home where it stands, else the program's."""
    own = home.folder / "rules" / f"{name}.toml"
    try:
        text = (
            own.read_text(encoding="utf-8")
            if own.exists()
            else files("casework").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8")
        )
        return tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise PolicyError(f"{own}: cannot be read ({error}). Mend it, or take it away.") from error


def head_faults(raw: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """What is wrong at the top of a policy: names that are no setting of it, and a version that is missing."""
    faults = [f"{setting} is no setting" for setting in raw if setting not in known]
    return faults if isinstance(raw.get("version"), str) else [*faults, "version is missing"]


def tables(raw: Mapping[str, Any], name: str, faults: list[str]) -> list[Mapping[str, Any]]:
    """The entries under `[[name]]`; where something else stands there it is a fault."""
    found = raw.get(name, [])
    if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
        return found
    faults.append(f"{name} is no list of entries, each below [[{name}]]")
    return []


def settings(home: Home, name: str, kinds: Mapping[str, type[str] | type[int]]) -> Mapping[str, Any]:
    """The values of a policy that is plain settings, each a text or a whole number from 1 as `kinds` says.

    PolicyError names every fault.
    """
    raw = policy(home, name)
    faults = [f"{setting} is no setting" for setting in raw if setting not in kinds]
    for setting, kind in kinds.items():
        value = raw.get(setting)
        if value is None:
            faults.append(f"{setting} is missing")
        elif kind is str and not isinstance(value, str):
            faults.append(f"{setting} is {value!r}, not a text")
        elif kind is int and (type(value) is not int or value < 1):
            faults.append(f"{setting} is {value!r}, not a number from 1")
    if faults:
        raise PolicyError(f"rules/{name}.toml: {'; '.join(faults)}")
    return raw


def entries(
    home: Home, name: str, table: str, parts: Sequence[str], may_have: Sequence[str] = ()
) -> list[Mapping[str, str]]:
    """The entries of a policy that is a list of them under `[[table]]`, each of texts named by `parts`, `code` once.

    Texts named by `may_have` may be left out. PolicyError names every fault.
    """
    raw = policy(home, name)
    faults = head_faults(raw, ("version", table))
    found = tables(raw, table, faults)
    for number, entry in enumerate(found, start=1):
        faults += [
            f"{table} no. {number}: {part} is no part of a {table}" for part in entry if part not in (*parts, *may_have)
        ]
        faults += [f"{table} no. {number}: {part} is missing" for part in parts if not _is_said(entry.get(part))]
    told = [entry.get("code") for entry in found]
    faults += [f"{code} stands there twice" for code in sorted({str(one) for one in told if told.count(one) > 1})]
    if faults:
        raise PolicyError(f"rules/{name}.toml: {'; '.join(faults)}")
    return list(found)


def _is_said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
