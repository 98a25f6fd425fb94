"""Central's keys: one ingest key pair for each lane, and a storage key for the vault and for the concerns.

What a tablet sealed for the office is opened with these, and what rests in the vault and among the concerns is sealed with these, so
that a copy of the database alone tells no name. They lie in a folder of their own, readable by this user only, and never in the
database. Losing them loses everything that tablets have not yet sent: they belong in the backup, under two people.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldwork.domain.rights import LANES, Lane
from fieldwork.store.key_files import write_key_once
from sync.central.line import CarryKey, PublicIngestKey, PushLine
from sync.central.seal import (
    IngestKey,
    NotOpened,
    make_ingest_key,
    open_carry_key,
    open_from_storage,
    open_with,
    seal_for_storage,
)

MOST_REMEMBERED = 4_096
SEALED_AT_REST: tuple[Lane, ...] = ("vault", "concern")


class Keyring:
    """The keys of one central. Carry keys are unwrapped once and remembered, the oldest forgotten first."""

    def __init__(self, ingest: Mapping[Lane, IngestKey], storage: Mapping[Lane, bytes]) -> None:
        self._ingest = {key.id: key for key in ingest.values()}
        self._storage = dict(storage)
        self._carry: dict[CarryKey, AESGCM] = {}

    def public_keys(self) -> list[PublicIngestKey]:
        """What tablets need in order to seal for the office."""
        return [key.as_sent() for key in self._ingest.values()]

    def opener(self, carry_keys: Mapping[str, CarryKey]) -> _Opener:
        """Opens lines whose carry keys came with the same push."""
        return _Opener(self, carry_keys)

    def carry_key(self, carried: CarryKey) -> AESGCM:
        """Unwrap a carry key, ready to open what lies under it. Raises NotOpened."""
        known = self._carry.get(carried)
        if known is None:
            ingest = self._ingest.get(carried.ingest)
            if ingest is None:
                raise NotOpened
            known = AESGCM(open_carry_key(carried, ingest))
            while len(self._carry) >= MOST_REMEMBERED:
                self._carry.pop(next(iter(self._carry)))
            self._carry[carried] = known
        return known

    def rest(self, lane: Lane, header_hash: str, body: bytes) -> bytes:
        """The body as it is written in the lane's table."""
        key = self._storage.get(lane)
        return body if key is None else seal_for_storage(key, header_hash, body)

    def wake(self, lane: Lane, header_hash: str, rested: bytes) -> bytes:
        """The body's own bytes again. Raises NotOpened when the row was moved, damaged or sealed with another key."""
        key = self._storage.get(lane)
        return rested if key is None else open_from_storage(key, header_hash, rested)


class _Opener:
    def __init__(self, keyring: Keyring, carry_keys: Mapping[str, CarryKey]) -> None:
        self._keyring, self._carry_keys = keyring, carry_keys
        self._ciphers: dict[str, AESGCM] = {}

    def __call__(self, line: PushLine) -> bytes:
        carried = self._carry_keys.get(line.carry)
        if carried is None or carried.lane != line.header.lane:
            raise NotOpened
        cipher = self._ciphers.get(line.carry)
        if cipher is None:
            cipher = self._ciphers[line.carry] = self._keyring.carry_key(carried)
        return open_with(cipher, line.header_raw, line.sealed)


def open_keyring(folder: Path) -> Keyring:
    """Read the keys from the folder; make those that are missing. The second time it reads the same ones."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ingest = {lane: _ingest_key(folder / f"ingest-{lane}.json", lane) for lane in LANES}
    storage = {lane: _storage_key(folder / f"storage-{lane}.key") for lane in SEALED_AT_REST}
    return Keyring(ingest, storage)


def _ingest_key(path: Path, lane: Lane) -> IngestKey:
    if not path.exists():
        made = make_ingest_key(lane)
        kept = {
            "id": made.id,
            "lane": made.lane,
            "private_pem": made.private_pem.decode(),
            "public": b64encode(made.public).decode(),
        }
        write_key_once(path, json.dumps(kept, indent=1).encode())
    read = json.loads(path.read_bytes())
    return IngestKey(read["id"], cast(Lane, read["lane"]), read["private_pem"].encode(), b64decode(read["public"]))


def _storage_key(path: Path) -> bytes:
    if not path.exists():
        write_key_once(path, b64encode(os.urandom(32)))
    return b64decode(path.read_bytes())
