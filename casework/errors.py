"""Errors that shells show to people, with their exit codes."""

from registry.errors import NO_ROOM, BusyError, IntegrityError, UsageError
from registry.errors import RegistryError as MotmaError

__all__ = ["NO_ROOM", "BusyError", "IntegrityError", "MotmaError", "UsageError"]
