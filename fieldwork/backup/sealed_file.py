"""A sealed file: one line that says which key opens it, then chunks that cannot be read, changed, cut, swapped or mixed.

Every backup has a random key of its own, wrapped to the public half of the backup key. Each chunk is sealed with AES-256-GCM; its number
and whether it is the last are its nonce, and the first line is bound to it, so that a chunk fits one place of one file. Whoever reads
gets bytes that were written here, in their order, or a BackupProblem, and never more than a chunk in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldwork.backup.keys import PrivateKey, PublicKey, unwrap, wrap
from fieldwork.backup.problems import BackupProblem, damaged
from sync.central.seal import NotOpened, Wrap

FORMAT = "fieldwork-backup/1"
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
LENGTH_BYTES = 4
MOST_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """The first line: in the clear, and bound to every chunk."""

    raw: bytes
    backup_id: str
    key_id: str
    made_at: str
    wrapped: Wrap


class SealedWriter:
    """Writes a sealed file into `out`. Call `finish` at the end: without it the file has no last chunk and cannot be read."""

    def __init__(self, out: BinaryIO, public: PublicKey, made_at: str) -> None:
        self.data_key = os.urandom(32)
        """The key of this file, for whoever reads it again before it is called a backup."""
        backup_id = str(uuid4())
        wrapped = wrap(self.data_key, backup_id, public)
        said = {
            "format": FORMAT,
            "backup": backup_id,
            "key": public.id,
            "made_at": made_at,
            "ephemeral": b64encode(wrapped.ephemeral).decode(),
            "wrapped": b64encode(wrapped.wrapped).decode(),
        }
        head = json.dumps(said, separators=(",", ":")).encode() + b"\n"
        self._out, self._cipher, self._bound = out, AESGCM(self.data_key), hashlib.sha256(head).digest()
        self._number, self._waiting = 0, bytearray()
        out.write(head)

    def write(self, content: bytes) -> None:
        """Add to what is sealed. A chunk is written when more than it is there: the last one must know that it is."""
        self._waiting += content
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """Write the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), chunk, self._bound)
        self._out.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._number += 1


class SealedReader:
    """Reads what a SealedWriter wrote. Raises BackupProblem at the first byte that is not as it was written."""

    def __init__(self, path: Path, opened: BinaryIO, head: Head, data_key: bytes) -> None:
        self._name, self._opened, self._cipher = path.name, opened, AESGCM(data_key)
        self._bound = hashlib.sha256(head.raw).digest()
        self._number, self._ended = 0, False
        self._ready = memoryview(b"")
        self._length = self._next_length()

    def read(self, size: int) -> bytes:
        """Exactly so many bytes; fewer only at the end of the whole."""
        parts: list[bytes] = []
        while size > 0:
            if not self._ready:
                if self._ended:
                    break
                self._ready = memoryview(self._chunk())
                continue
            part = self._ready[:size]
            parts.append(bytes(part))
            self._ready, size = self._ready[len(part) :], size - len(part)
        return b"".join(parts)

    def _chunk(self) -> bytes:
        place = f"chunk {self._number + 1} does not open"
        if not TAG_BYTES <= self._length <= CHUNK_BYTES + TAG_BYTES:
            raise damaged(self._name, place)
        sealed = self._opened.read(self._length)
        after = self._next_length()
        try:
            chunk = self._cipher.decrypt(_nonce(self._number, after == 0), sealed, self._bound)
        except (InvalidTag, ValueError) as problem:
            raise damaged(self._name, place) from problem
        self._number, self._length, self._ended = self._number + 1, after, after == 0
        return chunk

    def _next_length(self) -> int:
        """The length of the chunk that follows; 0 at the end of the file."""
        raw = self._opened.read(LENGTH_BYTES)
        if raw and (len(raw) < LENGTH_BYTES or not any(raw)):
            raise damaged(self._name, f"what follows chunk {self._number + 1} is no chunk")
        return int.from_bytes(raw, "big")


def read_head(path: Path, opened: BinaryIO) -> Head:
    """The first line of a sealed file. Raises BackupProblem for any other file."""
    raw = opened.readline(MOST_HEAD_BYTES)
    try:
        said = json.loads(raw)
        if said["format"] != FORMAT:
            raise BackupProblem(
                f"{path.name} is a backup of another format ({said['format']}). Use the fieldwork that made it."
            )
        wrapped = Wrap(b64decode(said["ephemeral"], validate=True), b64decode(said["wrapped"], validate=True))
        return Head(raw, str(said["backup"]), str(said["key"]), str(said["made_at"]), wrapped)
    except (ValueError, KeyError, TypeError) as problem:
        raise BackupProblem(f"{path.name} is not a backup of fieldwork. Nothing was restored.") from problem


def data_key_of(path: Path, head: Head, private: PrivateKey) -> bytes:
    """The key of this backup. Raises BackupProblem."""
    if head.key_id != private.id:
        raise BackupProblem(
            f"{path.name} is sealed to the backup key {head.key_id}; these shares are of {private.id}. Nothing was restored."
        )
    try:
        return unwrap(head.wrapped, head.backup_id, private)
    except NotOpened as problem:
        raise damaged(path.name, "its first line is not as it was written") from problem


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
