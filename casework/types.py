"""Small types that every use case shares."""

from __future__ import annotations

from collections.abc import Callable

from registry.home import Home
from registry.viewer import Scope, Viewer

__all__ = ["Home", "Progress", "Scope", "Viewer", "silent"]

#: told about the stage, how much is done and how much there is
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""
