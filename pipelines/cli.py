"""The command line. Only what parsing needs is imported here; each command imports the rest when it runs."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from casework.errors import NO_ROOM, BusyError, MotmaError
from pipelines import (
    cli_account,
    cli_audit,
    cli_control,
    cli_demo,
    cli_held,
    cli_log,
    cli_measures,
    cli_model,
    cli_question,
    cli_queue,
    cli_register,
    cli_replay,
    cli_run,
    cli_search,
    cli_serve,
    cli_sources,
)
from pipelines.cli_call import DEFAULT_HOME, Call, add_group

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

_EPILOG = """\
MOTMA_HOME names the home, the folder that holds everything (default ./var). MOTMA_LEDGER_URL, where set, names
the PostgreSQL database that holds the ledger instead of a file in the home. PREFECT_API_URL, where set, makes
`motma run` a flow run of that server.

exit codes: 0 done, also with rows in review or returned, or files held; 2 usage; 10 a file could not be read, after
the others were done; 12 busy, refused or no space left, mend what it says and try again; 13 a promise is broken.

example: motma run inbox/"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="motma",
        description="One person, one BHXH code: reads change files, links, issues, asks or returns each row.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    cli_register.add_init(commands)
    register = add_group(commands, "register", "the national register: load extracts, publish versions")
    cli_register.add_commands(register)
    cli_run.add_commands(commands)
    sources = add_group(commands, "sources", "what senders send: check it, answer it, decide what was stopped")
    cli_sources.add_commands(sources)
    cli_held.add_commands(sources)
    waiting = add_group(commands, "queue", "rows that wait for a person, and questions between provinces")
    cli_queue.add_commands(waiting)
    cli_question.add_commands(waiting)
    cli_search.add_commands(commands)
    cli_account.add_commands(add_group(commands, "account", "who may use the pages, and where"))
    cli_model.add_commands(add_group(commands, "model", "the match model: show it, learn it, size its search"))
    cli_serve.add_commands(commands)
    cli_audit.add_check(commands)
    log = add_group(commands, "log", "every act, with who and why: read it, seal it, verify it")
    cli_audit.add_commands(log)
    cli_log.add_commands(log)
    cli_replay.add_commands(log)
    control = add_group(commands, "control", "the control team: what officers did, and measures against them")
    cli_control.add_commands(control)
    cli_measures.add_commands(control)
    cli_demo.add_commands(commands)
    return parser


def main(args: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """The exit code of one command, as `motma --help` tells them."""
    try:
        arguments = build_parser().parse_args(args)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else EXIT_USAGE
    environ = os.environ if environ is None else environ
    call = Call(arguments, Path(environ.get("MOTMA_HOME") or DEFAULT_HOME), environ)
    try:
        return int(arguments.command(call))
    except MotmaError as error:
        print(f"motma: {error}", file=sys.stderr)
        return error.exit_code


def _mute() -> None:
    """Lets go of what could not be written to stdout, so that nothing tries again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry() -> None:
    """Ends the process with the exit code of the command on its command line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Vietnamese letters still shows the figures
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("motma: stopped; the same command takes up where it was.", file=sys.stderr)
        code = EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read the results has closed; nothing more can be said to it
        _mute()
        code = EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _mute()
        said = f"no space left to write ({error.strerror}). Make room; the same command takes up where it was."
        print(f"motma: {said}", file=sys.stderr)
        code = BusyError.exit_code
    sys.exit(code)


if __name__ == "__main__":
    entry()
