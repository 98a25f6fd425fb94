"""Giving a finished file its name, and never an unfinished one (EXP-05).

An export is written in a folder of its own beside its target, readable by this user only. When it is whole, read again and safe on the
disk, it is moved to its name in one step. Killed half way it leaves that folder behind, which the next export to the same place clears
away: a lock tells whether its writer still lives.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from fieldwork.export.meaning import ExportProblem
from fieldwork.store.names_on_disk import sync

UNFINISHED = ".unfinished"
_OWNER = "owner"


@contextmanager
def unfinished_beside(target: Path) -> Iterator[Path]:
    """A private folder beside the target, gone at the end whatever happens. Raises ExportProblem where there can be none."""
    if target.is_dir():
        raise ExportProblem(f"{target.name} is a folder; name a file in it.")
    clear_unfinished(target.parent)
    name = f".fieldwork-export-{uuid4().hex}"
    try:
        folder = target.parent / name
        folder.mkdir(mode=0o700)
    except OSError as problem:
        raise ExportProblem(
            f"Nothing can be written in the folder {target.parent.name}: {problem.strerror}."
        ) from problem
    owner = os.open(folder / _OWNER, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        # Locked before it has the name that others clear away.
        fcntl.flock(owner, fcntl.LOCK_EX)
        folder = folder.rename(folder.with_name(name + UNFINISHED))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(owner)


def clear_unfinished(folder: Path) -> int:
    """Remove what killed exports left in a folder; returns how many."""
    cleared = 0
    for left in folder.glob(f".fieldwork-export-*{UNFINISHED}"):
        try:
            owner = os.open(left / _OWNER, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(left, ignore_errors=True)
            cleared += 1
        finally:
            os.close(owner)
    return cleared


def offer(files: Sequence[tuple[Path, Path]]) -> None:
    """Move files to their names, the last of them the one that was asked for. Raises ExportProblem.

    An older file of that last name goes first, so that it never stands among files of another export.
    """
    try:
        for written, _ in files:
            os.chmod(written, 0o600)
            sync(written)
        if len(files) > 1:
            files[-1][1].unlink(missing_ok=True)
        for written, target in files:
            os.replace(written, target)
        sync(files[-1][1].parent)
    except OSError as problem:
        raise ExportProblem(f"{files[-1][1].name} could not be given its name: {problem.strerror}.") from problem
