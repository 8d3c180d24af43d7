"""Errors that shells show to people, with their exit codes."""

from registry.errors import BusyError, IntegrityError, UsageError
from registry.errors import RegistryError as MotmaError

__all__ = ["BusyError", "IntegrityError", "MotmaError", "UsageError"]
