"""What can go wrong in the stores, and the exit code that a shell gives it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

#: what the operating system says when a file cannot grow: trying again helps once there is room
NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class RegistryError(Exception):
    """Something in the stores forbids the act; the message says what, where and what to do."""

    exit_code = 12

    def __reduce__(self) -> tuple[Any, ...]:
        # whatever its own arguments are, it goes from one process to another
        return _made_again, (type(self), self.args, vars(self))


def _made_again(kind: type[RegistryError], args: tuple[Any, ...], told: Mapping[str, Any]) -> RegistryError:
    error = kind.__new__(kind, *args)
    vars(error).update(told)
    return error


class BusyError(RegistryError):
    """The ledger or a register version is not ready; trying again, or publishing first, helps."""


class IntegrityError(RegistryError):
    """A promise of the ledger does not hold."""

    exit_code = 13


class KeyFileError(IntegrityError):
    """A key is missing or is none."""


class UsageError(RegistryError):
    """What was asked does not exist or contradicts itself."""

    exit_code = 2
