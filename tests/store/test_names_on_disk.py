"""A key, a share, heads: whole under their name or not there at all, on a full disk and on a stick that knows no second names."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldwork.store.key_files import write_key_once
from fieldwork.store.names_on_disk import name_once, write_once

KEY = b"k" * 400


@contextmanager
def room_for(most_bytes: int) -> Iterator[None]:
    """No file may grow beyond this: as on a full disk, a write takes what fits and says so, and the next is refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=["a disk", "a stick without second names"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on either."""

    def refuses(written: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if request.param != "a disk":
        monkeypatch.setattr(os, "link", refuses)
    return tmp_path


def test_a_key_is_whole_readable_by_its_owner_alone_and_never_written_over(disk: Path) -> None:
    write_key_once(disk / "keys" / "one.key", KEY)

    write_key_once(disk / "keys" / "one.key", b"another")

    assert (disk / "keys" / "one.key").read_bytes() == KEY
    assert (disk / "keys" / "one.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (disk / "keys").iterdir()] == ["one.key"]


def test_a_file_never_takes_its_name_from_another(disk: Path) -> None:
    (disk / "kept").write_bytes(b"the only copy of something")
    (disk / "written").write_bytes(KEY)

    with pytest.raises(FileExistsError):
        write_once(disk / "kept", KEY)
    with pytest.raises(FileExistsError):
        name_once(disk / "written", disk / "kept")

    assert (disk / "kept").read_bytes() == b"the only copy of something"


def test_where_half_of_a_key_finds_room_there_is_no_key_and_nothing_of_it(disk: Path) -> None:
    with room_for(len(KEY) // 2), pytest.raises(OSError, match="too large"):
        write_key_once(disk / "one.key", KEY)

    assert list(disk.iterdir()) == []


def test_what_the_disk_did_not_confirm_gets_no_name(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuses)

    with pytest.raises(OSError, match="Input/output"):
        write_key_once(disk / "one.key", KEY)

    assert list(disk.iterdir()) == []
