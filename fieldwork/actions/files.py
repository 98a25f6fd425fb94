"""Documents that go with a record: taken in as a stream, judged by their bytes, kept under the hash of what they are.

Bytes first, then a line that they are complete, then the operation that names them (invariant I9): whatever breaks off in between leaves
at most bytes that nobody speaks of. The same file twice is kept once.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio.to_thread

from fieldwork.actions.central import Central
from fieldwork.actions.reading import EvidenceSeen, evidence_to_read, require_team
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.documents import (
    ACCEPTED_IN_WORDS,
    KINDS,
    MOST_FILE_BYTES,
    TEXT,
    DocumentKind,
    kind_by_contents,
    kind_by_first_bytes,
    name_as_kept,
)
from fieldwork.domain.minting import record_id_for
from fieldwork.domain.problems import Fault, FormFaults, NotFound, TooLarge
from fieldwork.domain.screening import looks_in, words_in
from fieldwork.store.files import note_file
from fieldwork.store.log import instant
from fieldwork.store.records import Record, record_of
from sync.central.header import is_uuid

PIECE_BYTES = 256 * 1024
MOST_ENTRIES = 10_000


class Source(Protocol):
    """Where the bytes come from: what a form's file field gives."""

    async def read(self, size: int = -1) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Taken:
    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A stored file that this person may have."""

    path: Path
    name: str
    media_type: str


async def add_file(
    central: Central, person_id: str, evidence: EvidenceSeen, *, operation: str, given_name: str, source: Source
) -> Record | None:
    """Store the bytes and write the operation that names them. FormFaults or TooLarge when it cannot be kept."""
    require_team(evidence.visit)
    minted(operation)
    taken = await _take(central.settings.files, source)
    try:
        kind = await anyio.to_thread.run_sync(_kind_of, taken.path, taken.size_bytes)
        kept_at = path_of(central.settings.files, taken.sha256)
        await anyio.to_thread.run_sync(_move_into_place, taken.path, kept_at)
    finally:
        taken.path.unlink(missing_ok=True)
    now = instant(central.clock())
    await note_file(
        central.log, sha256=taken.sha256, size_bytes=taken.size_bytes, media_type=kind.media_type, stored_at=now
    )
    fields = {
        "evidence": evidence.evidence_id,
        "name": name_as_kept(given_name, kind),
        "media_type": kind.media_type,
        "size_bytes": taken.size_bytes,
        "sha256": taken.sha256,
    }
    file_id = record_id_for(operation)
    await write(central, [draft(operation, evidence.visit.scope, "file", file_id, "create", fields)], person_id)
    return await record_of(central.log, file_id)


async def file_to_read(central: Central, person_id: str, file_id: str) -> FileSeen:
    """A file, for whoever may read the record that it goes with; beyond the visit's team, once somebody has looked it through.

    NotFound for anybody else, and when its bytes are not here.
    """
    if not is_uuid(file_id):
        raise NotFound
    record = await record_of(central.log, file_id)
    if record is None or record.withdrawn or record.record_type != "file" or record.parent_id is None:
        raise NotFound
    evidence = await evidence_to_read(central, person_id, record.parent_id)
    looks = looks_in(evidence.record.state.fields)
    if record.scope != evidence.record.scope:
        raise NotFound
    if not evidence.visit.of_the_team and not looks.speak_for(words_in(record.state.fields)):
        raise NotFound
    sha256 = str(record.get("sha256", ""))
    if len(sha256) != 64 or not sha256.isalnum():
        raise NotFound
    path = path_of(central.settings.files, sha256)
    if not path.is_file():
        raise NotFound
    stated = str(record.get("media_type", ""))
    media_type = stated if stated in KINDS else "application/octet-stream"
    return FileSeen(path, str(record.get("name", "document")), media_type)


def path_of(files: Path, sha256: str) -> Path:
    """Where a file of this hash lies."""
    return files / sha256[:2] / sha256


async def _take(files: Path, source: Source) -> _Taken:
    """Write what comes to a file of its own, counting and hashing, never holding more than a piece in memory."""
    incoming = files / "incoming"
    await anyio.to_thread.run_sync(lambda: incoming.mkdir(mode=0o700, parents=True, exist_ok=True))
    path = incoming / f"{os.urandom(16).hex()}.part"
    digest, size_bytes = hashlib.sha256(), 0
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        while piece := await source.read(PIECE_BYTES):
            size_bytes += len(piece)
            if size_bytes > MOST_FILE_BYTES:
                raise TooLarge
            digest.update(piece)
            await anyio.to_thread.run_sync(os.write, handle, piece)
        await anyio.to_thread.run_sync(os.fsync, handle)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    return _Taken(path, digest.hexdigest(), size_bytes)


def _kind_of(path: Path, size_bytes: int) -> DocumentKind:
    if size_bytes == 0:
        raise FormFaults(Fault("file", "Choose a file that is not empty"))
    with path.open("rb") as opened:
        start = opened.read(16)
    kind = kind_by_first_bytes(start)
    if kind is None and start.startswith(b"PK\x03\x04"):
        kind = _kind_of_zip(path)
    elif kind is None and _is_plain_text(path):
        kind = TEXT
    if kind is None:
        raise FormFaults(Fault("file", f"The file must be {ACCEPTED_IN_WORDS}"))
    return kind


def _kind_of_zip(path: Path) -> DocumentKind | None:
    """Looks at the directory and a few bytes of one entry; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > MOST_ENTRIES:
                return None
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    mimetype = entry.read(128)
            return kind_by_contents(frozenset(names), mimetype)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        # Whatever it is, it is none of the two kinds of text that come as a zip.
        return None


def _is_plain_text(path: Path) -> bool:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text)


def _move_into_place(unfinished: Path, kept_at: Path) -> None:
    kept_at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.replace(unfinished, kept_at)
    folder = os.open(kept_at.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
