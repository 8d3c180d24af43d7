"""The program with another model as its standing one: python -m benchmarks.under_model FOLDER COMMAND…

FOLDER holds model files, the newest of which takes the place of those in matching/models. COMMAND is one of `motma`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from matching import model_files
from pipelines import cli


def main(arguments: Sequence[str]) -> int:
    """The exit code of the command."""
    folder, *command = arguments
    vars(model_files)["MODELS"] = Path(folder)
    return cli.main(command)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
