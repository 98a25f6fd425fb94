"""Heads on paper: a small text with the head of every stream, to be kept where the server's owner cannot reach it.

A letter to oneself, a safe, another organisation: wherever it lies, `fieldwork verify --heads FILE` compares the log with it later, so that
notes that were cut off or rolled back are found, whoever did it (SYN-17). It holds ids and hashes, no word and no name. Its last line is
the hash of all before it, which shows a slip; against somebody who could write the file anew, keep that one line elsewhere as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldwork.backup.problems import BackupProblem
from fieldwork.domain.rights import LANES
from fieldwork.store.heads import StreamHead
from fieldwork.store.names_on_disk import write_once
from sync.central.header import Stream

FORMAT = "fieldwork-heads/1"
_NOBODY = "-"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AnchoredHeads:
    """What was written down, when, and the hash that stands under it."""

    taken_at: str
    database_id: str
    heads: Sequence[StreamHead]
    sha256: str


def write_heads(path: Path, heads: Sequence[StreamHead], *, taken_at: str, database_id: str) -> str:
    """Write a new file, safe on the disk; returns its hash. Raises BackupProblem where there is one already, or none can be made."""
    lines = [FORMAT, f"taken_at {taken_at}", f"database {database_id}", f"streams {len(heads)}"]
    lines += [_line(each) for each in heads]
    text = "".join(f"{line}\n" for line in lines)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    try:
        write_once(path, f"{text}sha256 {sha256}\n".encode())
    except FileExistsError:
        raise BackupProblem(f"{path.name} is there already, and heads are never written over.") from None
    except OSError as problem:
        raise BackupProblem(f"{path.name} cannot be written: {problem.strerror}.") from problem
    return sha256


def read_heads(path: Path) -> AnchoredHeads:
    """Read such a file. Raises BackupProblem for any other, and for one that is not as it was written."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BackupProblem(f"{path.name} cannot be read as anchored heads.") from problem
    lines = text.splitlines()
    if not lines or lines[0] != FORMAT:
        raise BackupProblem(f"{path.name} holds no anchored heads.")
    above = "".join(f"{line}\n" for line in lines[:-1])
    sha256 = hashlib.sha256(above.encode()).hexdigest()
    if lines[-1] != f"sha256 {sha256}":
        raise BackupProblem(
            f"{path.name} is not as it was written: its last line is not the hash of what stands above it."
        )
    try:
        taken_at, database_id, number = (line.split(" ")[1] for line in lines[1:4])
        heads = [_head(line) for line in lines[4:-1]]
        if len(heads) != int(number):
            raise ValueError(number)
    except (ValueError, IndexError) as problem:
        raise BackupProblem(f"{path.name} is not as it was written: a line of it cannot be read.") from problem
    return AnchoredHeads(taken_at, database_id, heads, sha256)


def _line(head: StreamHead) -> str:
    stream = head.stream
    return f"{head.count} {head.highest} {head.head} {stream.scope} {stream.lane} {stream.incarnation} {stream.person or _NOBODY}"


def _head(line: str) -> StreamHead:
    count, highest, head, scope, lane, incarnation, person = line.split(" ")
    if lane not in LANES or not _HASH.fullmatch(head):
        raise ValueError(line)
    stream = Stream(incarnation, None if person == _NOBODY else person, scope, lane)
    return StreamHead(stream, int(count), int(highest), head)
