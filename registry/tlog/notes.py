"""Signed notes as C2SP says: checkpoints of a log, and the cosignatures of its witnesses. Pure, Ed25519 alone.

A verifier key (vkey) is the text `name+key id+base64`, as in c2sp.org/signed-note.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: what a key signs: a note as it stands, or a checkpoint with the moment at which a witness saw it
LOG, WITNESS = 0x01, 0x04
_TIME_BYTES = 8
_KEY_BYTES = 32
_ID_BYTES = 4
_MOST_SIGNATURES = 32
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNED_BY = "— "


class NoteError(ValueError):
    """A note, key or checkpoint that is none, or a known key's signature that does not fit."""


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a key: who signs (`name`), what (`kind`: LOG or WITNESS), 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand before a signature."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """The vkey."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key of a vkey; NoteError where it is none."""
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            material = b64decode(encoded, validate=True)
            key = cls(name, material[0], material[1:])
        except (ValueError, IndexError, binascii.Error):
            raise NoteError(f"{text!r} is no verifier key; it reads name+id+base64") from None
        if (
            key.kind not in (LOG, WITNESS)
            or len(key.public) != _KEY_BYTES
            or not _NAME.fullmatch(name)
            or key.key_id.hex() != key_id
        ):
            raise NoteError(f"{text!r} is no Ed25519 verifier key whose id fits")
        return key

    def holds(self, signature: bytes, text: str) -> bool:
        """Whether a signature of this key fits a note's text."""
        if self.kind == WITNESS:
            moment, signature = signature[:_TIME_BYTES], signature[_TIME_BYTES:]
            text = _cosigned(text, int.from_bytes(moment, "big"))
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A key that signs; `seed` are its 32 secret bytes."""

    name: str
    kind: int
    seed: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NoteError(f"{self.name!r} is no key name: it holds no space and no plus")

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self._private.public_key().public_bytes_raw())

    def line(self, text: str, moment: int = 0) -> str:
        """The signature line under a note's text; a witness says its moment too, in seconds since 1970."""
        if self.kind == WITNESS:
            signature = moment.to_bytes(_TIME_BYTES, "big") + self._private.sign(_cosigned(text, moment).encode())
        else:
            signature = self._private.sign(text.encode())
        return f"{_SIGNED_BY}{self.name} {b64encode(self.verifier.key_id + signature).decode()}\n"


def _cosigned(text: str, moment: int) -> str:
    """What a witness signs of a checkpoint."""
    return f"cosignature/v1\ntime {moment}\n{text}"


@dataclass(frozen=True)
class Signature:
    """One signature line: who signed, and the bytes behind the key's id."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A text with the signatures under it."""

    text: str
    signatures: Sequence[Signature]

    @classmethod
    def parse(cls, note: str) -> Note:
        """The parts of a signed note, unverified; NoteError where it is none."""
        text, blank, below = note.rpartition("\n\n")
        if not blank or not below.endswith("\n") or any(ord(sign) < 0x20 and sign != "\n" for sign in note):
            raise NoteError("no signed note: it has no text with signatures under it")
        lines = below[:-1].split("\n")
        if len(lines) > _MOST_SIGNATURES:
            raise NoteError(f"no signed note of ours: {len(lines)} signatures")
        return cls(text + "\n", [_signature(line) for line in lines])

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether a key has signed; NoteError where a signature claims it and does not fit."""
        claimed = [s for s in self.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
        if not all(key.holds(signature.signature, self.text) for signature in claimed):
            raise NoteError(f"a signature that claims to be of {key.name} does not fit the note")
        return bool(claimed)

    def signed_alone(self, key: VerifierKey) -> str:
        """The note with no other signature than one of a key."""
        theirs = next(s for s in self.signatures if (s.name, s.key_id) == (key.name, key.key_id))
        return f"{self.text}\n{_SIGNED_BY}{key.name} {b64encode(theirs.key_id + theirs.signature).decode()}\n"


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_SIGNED_BY).partition(" ")
    try:
        decoded = b64decode(encoded, validate=True)
    except binascii.Error:
        decoded = b""
    if not line.startswith(_SIGNED_BY) or not _NAME.fullmatch(name) or len(decoded) <= _ID_BYTES:
        raise NoteError("no signed note: a line under the text is no signature")
    return Signature(name, decoded[:_ID_BYTES], decoded[_ID_BYTES:])


@dataclass(frozen=True)
class Checkpoint:
    """A tree as its log states it: whose log, how many entries, which root (c2sp.org/tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text; NoteError where it is none. Ours have no extension lines."""
        lines = text.split("\n")
        try:
            origin, size, encoded, end = lines
            root = b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise NoteError("no checkpoint: it reads origin, size and root") from None
        if not origin or end or not _SIZE.fullmatch(size) or len(root) != sha256().digest_size:
            raise NoteError("no checkpoint: origin, size or root is none")
        return cls(origin, int(size), root)

    def signed(self, signer: Signer) -> str:
        """The note of a log."""
        return f"{self.text}\n{signer.line(self.text)}"
