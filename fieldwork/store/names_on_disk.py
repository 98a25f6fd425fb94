"""A file gets its name when it is whole and safe on the disk, in one step, and never takes a name from another file.

Keys, backups and heads are kept for the day when everything else is gone: half of one, or one in place of another, is worse than none.
It knows nothing of what is in a file.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from uuid import uuid4

_NO_SECOND_NAMES = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK})


def write_once(path: Path, content: bytes) -> None:
    """Write a new file, readable by its owner alone, in a folder that is there.

    Raises FileExistsError where there is one of that name already, and OSError when the disk refuses; either leaves what was there before,
    and nothing beside it.
    """
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        name_once(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def name_once(written: Path, target: Path) -> None:
    """Give a file that is safe on the disk its name. Raises FileExistsError where another has it. `written` may still be there after."""
    try:
        os.link(written, target)
    except OSError as problem:
        # Some disks, such as most USB sticks, know no second name for a file.
        if problem.errno not in _NO_SECOND_NAMES:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        written.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Have the disk hold a file's bytes, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
