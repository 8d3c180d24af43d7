"""Signed notes, checkpoints and cosignatures beside the examples of their specifications."""

from __future__ import annotations

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.tlog.notes import LOG, WITNESS, Checkpoint, Note, NoteError, Signer, VerifierKey

#: c2sp.org/signed-note, and the first note of golang.org/x/mod/sumdb/note
EXAMPLES = [
    (
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "This is an example message.\n"
        "\n"
        "— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    ),
    (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "— PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    ),
]
#: c2sp.org/tlog-cosignature: a checkpoint with a witness's line, whose key the page does not give
COSIGNED = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
LOG_KEY = Signer("motma/log", LOG, bytes(range(32)))
WITNESS_KEY = Signer("control.example/w1", WITNESS, bytes(range(32, 64)))


@pytest.mark.parametrize(("vkey", "note"), EXAMPLES)
def test_the_examples_are_signed(vkey: str, note: str) -> None:
    key = VerifierKey.parse(vkey)
    assert str(key) == vkey
    assert Note.parse(note).is_signed_by(key)


@pytest.mark.parametrize(("vkey", "note"), EXAMPLES)
def test_a_changed_note_is_refused(vkey: str, note: str) -> None:
    with pytest.raises(NoteError, match="does not fit"):
        Note.parse(note.replace("a", "e", 1)).is_signed_by(VerifierKey.parse(vkey))


def test_an_unknown_key_has_not_signed() -> None:
    vkey, note = EXAMPLES[0]
    assert not Note.parse(note).is_signed_by(VerifierKey.parse(EXAMPLES[1][0]))
    # the same name with another key: another id, so nobody whom we know
    renamed = VerifierKey("example.com/foo", LOG, LOG_KEY.verifier.public)
    assert str(renamed) != vkey
    assert not Note.parse(note).is_signed_by(renamed)


def test_the_checkpoint_of_the_page_is_read() -> None:
    note = Note.parse(COSIGNED)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == note.text
    assert [(s.name, len(s.signature)) for s in note.signatures] == [
        ("example.com/behind-the-sofa", 64),
        ("witness.example.com/w1", 72),
    ]
    # the page tells the moment of this cosignature
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1679315147


def test_a_checkpoint_is_signed_and_cosigned() -> None:
    checkpoint = Checkpoint("motma/log", 3, bytes(32))
    note = Note.parse(checkpoint.signed(LOG_KEY) + WITNESS_KEY.line(checkpoint.text, 1679315147))
    assert Checkpoint.parse(note.text) == checkpoint
    assert note.is_signed_by(LOG_KEY.verifier)
    assert note.is_signed_by(WITNESS_KEY.verifier)
    # the message of a cosignature, as its page spells it
    message = b"cosignature/v1\ntime 1679315147\nmotma/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    key = Ed25519PublicKey.from_public_bytes(WITNESS_KEY.verifier.public)
    key.verify(note.signatures[1].signature[8:], message)


def test_a_key_signs_for_one_purpose() -> None:
    checkpoint = Checkpoint("motma/log", 3, bytes(32))
    as_log = Signer(WITNESS_KEY.name, LOG, WITNESS_KEY.seed)
    assert as_log.verifier.key_id != WITNESS_KEY.verifier.key_id
    assert not Note.parse(checkpoint.signed(as_log)).is_signed_by(WITNESS_KEY.verifier)


def test_a_moment_is_signed_too() -> None:
    text = Checkpoint("motma/log", 3, bytes(32)).text
    head, encoded = WITNESS_KEY.line(text, 1679315147).rsplit(" ", 1)
    later = bytearray(b64decode(encoded))
    later[11] += 1
    assert not WITNESS_KEY.verifier.holds(bytes(later[4:]), text)
    assert head == "— control.example/w1"


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fou+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+",
        "example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError, match=r"no .*verifier key"):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name ????AAAAAA==\n",
        "text\n\n- name AAAAAAAAAA==\n",
        "text\n\n— name AAAAAAAAAA==",
        "te\txt\n\n— name AAAAAAAAAA==\n",
        "text\n\n" + "— name AAAAAAAAAA==\n" * 33,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError, match="no signed note"):
        Note.parse(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n3\n",
        "\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n03\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n-3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n3\nAAAA\n",
        "log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n",
        "log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="no checkpoint"):
        Checkpoint.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_signer_has_a_name_that_a_line_can_hold(name: str) -> None:
    with pytest.raises(NoteError, match="no key name"):
        Signer(name, LOG, bytes(32))
