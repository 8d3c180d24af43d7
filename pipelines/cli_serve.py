"""motma serve: the review pages, which another part of the house holds."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

from pipelines.cli_call import Call, Commands, add_command, positive, said, tell

#: who serves pages says so under this group; the house's own is review.app
GROUP = "motma.serve"
DEFAULT_PORT = 8346


def add_commands(commands: Commands) -> None:
    """Adds `motma serve`."""
    parser = add_command(commands, "serve", serve, "the queue in a browser, for people with an account", "motma serve")
    parser.add_argument("--host", type=said, default="127.0.0.1", metavar="ADDRESS", help="where to listen (127.0.0.1)")
    parser.add_argument(
        "--port", type=positive, default=DEFAULT_PORT, metavar="PORT", help=f"on which port ({DEFAULT_PORT})"
    )
    parser.add_argument(
        "--behind-tls", action="store_true", help="a proxy before it speaks TLS: the cookie is sent by TLS only"
    )


def serve(call: Call) -> int:
    """Serves the pages until stopped; with --json the address is the result."""
    from casework.errors import UsageError

    found = entry_points(group=GROUP)
    if not found:
        raise UsageError("no part that serves pages is installed; install the project again")
    run = next(iter(found)).load()

    def ready(address: str) -> None:
        call.show({"address": address}, lambda: address)
        sys.stdout.flush()
        tell("Mở địa chỉ trên bằng trình duyệt; dừng bằng Ctrl-C.")

    run(call.home, call.arguments.host, call.arguments.port, is_behind_tls=call.arguments.behind_tls, ready=ready)
    return 0
