"""Reading what a log and its witness have signed (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_LOG, _WITNESS = 1, 4


class UnreadableError(ValueError):
    """What should be a key, a signed checkpoint or a proof is none."""


@dataclass(frozen=True)
class TrustedKey:
    """A key that somebody was handed: `name`, the four bytes of its id, its kind and its 32 public bytes."""

    name: str
    key_id: bytes
    kind: int
    public: bytes


@dataclass(frozen=True)
class State:
    """What a checkpoint says of a log: its name, how many entries, which root."""

    origin: str
    size: int
    root: bytes


def trusted_key(vkey: str) -> TrustedKey:
    """The key of a line `name+id+base64`; UnreadableError where it is none."""
    try:
        name, key_id, encoded = vkey.strip().split("+", 2)
        material = b64decode(encoded, validate=True)
        kind, public = material[0], material[1:]
    except (ValueError, IndexError, binascii.Error):
        raise UnreadableError(f"{vkey!r}: không phải khóa kiểm (tên+số hiệu+base64)") from None
    expected = sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
    if kind not in (_LOG, _WITNESS) or len(public) != 32 or key_id != expected.hex():
        raise UnreadableError(f"{vkey!r}: số hiệu không khớp với khóa Ed25519")
    return TrustedKey(name, expected, kind, public)


def signed_state(note: str, *keys: TrustedKey) -> State:
    """What a checkpoint says; UnreadableError unless it is signed by each of the keys."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    parts = text.split("\n")
    try:
        state = State(parts[0], int(parts[1]), b64decode(parts[2], validate=True))
    except (ValueError, IndexError, binascii.Error):
        raise UnreadableError("không phải điểm niêm phong") from None
    if len(parts) != 4 or parts[3] or str(state.size) != parts[1] or state.size < 0 or len(state.root) != 32:
        raise UnreadableError("không phải điểm niêm phong")
    for key in keys:
        if not any(_is_of(key, line, text) for line in lines.split("\n")):
            raise UnreadableError(f"không có chữ ký đúng của khóa {key.name}")
    return state


def _is_of(key: TrustedKey, line: str, text: str) -> bool:
    """Whether a line is a signature of a key under a text."""
    try:
        dash, name, encoded = line.split(" ")
        signature = b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return False
    if (dash, name, signature[:4]) != ("—", key.name, key.key_id):
        return False
    signature = signature[4:]
    if key.kind == _WITNESS:
        text = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}"
        signature = signature[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
