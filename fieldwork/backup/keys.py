"""The pair of keys that backups are sealed to: the public half at the server, the private half in two shares with two people.

Whoever steals a backup, or the server, cannot read what is in it; and no single person can (OPS-07). Each share is as random as a thrown
coin and says nothing about the other or about the key; together they are the key. The server never keeps the private half: it exists in
memory while the shares are being written, and again while a backup is being restored.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fieldwork.backup.problems import BackupProblem
from fieldwork.store.key_files import write_key_once
from sync.central.seal import KEY_BYTES, Wrap, unwrap_carry_key, wrap_carry_key

PUBLIC_FILE = "backup.json"
_FORMAT = "fieldwork-backup-key/1"
_INFO = "fieldwork backup 1"
_WHAT = "whole"
_GROUP = 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a server needs to make backups: it seals, and opens nothing."""

    id: str
    point: bytes


@dataclass(frozen=True, slots=True)
class Share:
    """One of the two shares of a private half, as a person keeps it."""

    key_id: str
    number: int
    half: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Both shares together."""

    id: str
    point: bytes
    pem: bytes = field(repr=False)


def share_file(folder: Path, number: int) -> Path:
    """Where a share of a new key is written."""
    return folder / f"fieldwork-backup-share-{number}.txt"


def make_keys(data: Path, keys: Path, folder: Path, *, replace: bool = False) -> str:
    """Make a new pair: two shares in `folder`, the public half among the server's keys. Returns the key's id.

    The second time it refuses, because backups that are sealed to the first pair still need the first shares; with `replace` it makes
    a new pair, which later backups are sealed to. It never writes over a share.
    """
    public = keys / PUBLIC_FILE
    if folder.resolve().is_relative_to(data.resolve()):
        raise BackupProblem(
            "The shares must not lie with the data they protect. Name a folder elsewhere, such as a USB stick."
        )
    if public.exists() and not replace:
        raise BackupProblem(
            "There is a backup key already. To make a new one use --replace; keep the old shares for as long as the old backups."
        )
    for number in (1, 2):
        if share_file(folder, number).exists():
            raise BackupProblem(
                f"{share_file(folder, number).name} is there already, and a share is never written over."
            )
    private = ec.generate_private_key(ec.SECP256R1())
    secret = private.private_numbers().private_value.to_bytes(KEY_BYTES, "big")
    first = os.urandom(KEY_BYTES)
    halves = (first, bytes(a ^ b for a, b in zip(first, secret, strict=True)))
    key_id = str(uuid4())
    point = _point_of(private)
    try:
        for number, half in enumerate(halves, 1):
            write_key_once(share_file(folder, number), _share_text(Share(key_id, number, half)).encode())
        # Read back before anything is sealed to them: a share that cannot be read is a backup that cannot be opened.
        together = private_key(read_share(share_file(folder, 1)), read_share(share_file(folder, 2)))
    except OSError as problem:
        raise BackupProblem(f"Nothing can be written in the folder {folder.name}: {problem.strerror}.") from problem
    if together.point != point:
        raise BackupProblem("The shares were not written as they are. Nothing was made; try another folder.")
    kept = {"format": _FORMAT, "id": key_id, "public": b64encode(point).decode()}
    if replace:
        _move_away(public)
    write_key_once(public, json.dumps(kept, indent=1).encode())
    return key_id


def _move_away(public: Path) -> None:
    """An older public half keeps lying beside the new one under its id: a record of which shares were ever in use."""
    if public.exists():
        older = json.loads(public.read_bytes())["id"]
        public.rename(public.with_name(f"backup-until-replaced-{older}.json"))


def read_public_key(keys: Path) -> PublicKey:
    """The public half of this server. Raises BackupProblem when there is none."""
    try:
        read = json.loads((keys / PUBLIC_FILE).read_bytes())
        return PublicKey(read["id"], b64decode(read["public"]))
    except FileNotFoundError:
        raise BackupProblem(
            "There is no backup key yet. Make one with `fieldwork backup-keys FOLDER`: two people keep one share each."
        ) from None


def read_share(path: Path) -> Share:
    """A share as it was written or copied out by hand: spaces, line ends and capitals do not matter. Raises BackupProblem."""
    try:
        lines = path.read_text("utf-8").lower().splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise BackupProblem(f"{path.name} cannot be read as a share of a backup key.") from problem
    said = {words[0]: "".join(words[1:]) for line in lines if len(words := line.split()) > 1}
    try:
        share = Share(said["key"], int(said["share"]), bytes.fromhex(said["half"]))
        check = said["check"]
    except (KeyError, ValueError) as problem:
        raise BackupProblem(f"{path.name} is no share of a backup key, or a line of it is missing.") from problem
    if check != _check(share) or len(share.half) != KEY_BYTES:
        raise BackupProblem(f"{path.name} is not as it was written: a letter or digit of the share is wrong.")
    return share


def private_key(one: Share, other: Share) -> PrivateKey:
    """The private half from both shares, in either order. Raises BackupProblem when they do not belong together."""
    if one.key_id != other.key_id:
        raise BackupProblem("These two shares are of two different keys.")
    if {one.number, other.number} != {1, 2}:
        raise BackupProblem("This is the same share twice. A restore needs share 1 and share 2.")
    secret = bytes(a ^ b for a, b in zip(one.half, other.half, strict=True))
    try:
        private = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    except ValueError as problem:
        raise BackupProblem("These two shares do not make a key.") from problem
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey(one.key_id, _point_of(private), pem)


def wrap(data_key: bytes, backup_id: str, public: PublicKey) -> Wrap:
    """The key of one backup, so that only both shares together give it back."""
    return wrap_carry_key(data_key, backup_id, _WHAT, public.point, info=_INFO)


def unwrap(wrapped: Wrap, backup_id: str, private: PrivateKey) -> bytes:
    """The key of one backup. Raises NotOpened."""
    return unwrap_carry_key(wrapped, backup_id, _WHAT, private.pem, info=_INFO)


def _point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _share_text(share: Share) -> str:
    digits = share.half.hex()
    groups = " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
    return (
        f"fieldwork backup key, share {share.number} of 2\n\n"
        "Both shares together open the backups that were sealed to this key. One alone says nothing.\n"
        "Keep it away from the other share and from the server. If either is lost, the backups cannot be opened.\n\n"
        f"key {share.key_id}\nshare {share.number}\nhalf {groups}\ncheck {_check(share)}\n"
    )


def _check(share: Share) -> str:
    """Eight digits that show a slip of the pen."""
    return hashlib.sha256(f"{share.key_id} {share.number} {share.half.hex()}".encode()).hexdigest()[:8]
