"""What every command shares: its call, its common arguments, its output."""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from casework.office_words import STAGES, word

if TYPE_CHECKING:
    from casework.types import Progress
    from pipelines.unreadable import Remark

DEFAULT_HOME = "./var"
_LARGEST = 2**63 - 1  # what the ledger can hold

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


@dataclass(frozen=True)
class Call:
    """One call of a command: its arguments, its home and its environment."""

    arguments: argparse.Namespace
    home: Path
    environ: Mapping[str, str]

    @property
    def by(self) -> str:
        """Who acts."""
        return self.arguments.by or operating_system_user()

    def show(self, result: object, text: Callable[[], str]) -> None:
        """Prints the result on stdout: as JSON where asked for, else as the text."""
        print(json.dumps(plain(result), ensure_ascii=False, indent=2) if self.arguments.json else text())


def operating_system_user() -> str:
    """The name of the user whom the operating system runs this process for, or his number where he has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def add_group(commands: Commands, name: str, summary: str) -> Commands:
    """The commands below a command that does nothing by itself."""
    parser = commands.add_parser(name, help=summary, description=summary)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_command(
    commands: Commands, name: str, command: Callable[[Call], int], summary: str, example: str
) -> argparse.ArgumentParser:
    """The parser of a command, with the arguments that all have."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--by", type=said, metavar="NAME", help="who acts (default: the operating system's user)")
    parser.set_defaults(command=command)
    return parser


def said(text: str) -> str:
    """An argument that must say something."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be blank")
    if not text.isprintable() or any("\ud800" <= char <= "\udfff" for char in text):
        raise argparse.ArgumentTypeError("holds characters that cannot be written down")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def positive(text: str) -> int:
    """An argument that is a number from 1."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    if int(text) > _LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is larger than any number here")
    return int(text)


def natural(text: str) -> int:
    """An argument that is a number from 0."""
    return 0 if text == "0" else positive(text)


def day(text: str) -> date:
    """An argument that is a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as yyyy-mm-dd") from None


def plain(value: Any) -> Any:
    """The value as what JSON knows: dataclasses and frames by their names, everything else as text."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if hasattr(value, "to_dicts"):
        return plain(value.to_dicts())
    return str(value)


def tell(text: str) -> None:
    """Says something beside the result, on stderr."""
    print(text, file=sys.stderr)


def tell_of_files(unreadable: Sequence[Remark], noticed: Sequence[Remark]) -> None:
    """Says on stderr which files could not be read, and what was noticed in the others."""
    for remark in noticed:
        tell(f"Lưu ý: {remark.file}: {remark.message}")
    for remark in unreadable:
        tell(f"Không đọc được: {remark.file}: {remark.message}")


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A progress that draws a bar for each stage when stderr is a terminal, and is silent otherwise."""
    if not sys.stderr.isatty():
        from casework.types import silent

        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(word(STAGES, stage) or stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report
