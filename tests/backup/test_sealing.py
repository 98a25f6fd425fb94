"""OPS-07: a backup tells nothing without both shares, and whatever was done to it is found before anything is written."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from fieldwork.backup import keys as key_making
from fieldwork.backup import sealed_file
from fieldwork.backup.contents import entries_of
from fieldwork.backup.keys import make_keys, private_key, read_public_key, read_share, share_file
from fieldwork.backup.making import back_up
from fieldwork.backup.problems import BackupProblem
from fieldwork.backup.restoring import restore
from fieldwork.backup.sealed_file import SealedReader, SealedWriter, data_key_of, read_head
from fieldwork.settings import Settings
from tests.backup.offices import NOW, SAID, Lost

WORDS = b"what a child said, " * 40


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 100 bytes, so that a small file has many."""
    monkeypatch.setattr(sealed_file, "CHUNK_BYTES", 100)


@pytest.fixture
def shares(tmp_path: Path) -> Path:
    """A folder with both shares; the public half lies among `keys`."""
    make_keys(tmp_path / "data", tmp_path / "keys", tmp_path / "shares")
    return tmp_path / "shares"


def sealed(tmp_path: Path, words: bytes = WORDS) -> bytes:
    out = io.BytesIO()
    writer = SealedWriter(out, read_public_key(tmp_path / "keys"), "2026-02-11T10:05:00.000Z")
    writer.write(words)
    writer.finish()
    return out.getvalue()


def opened(tmp_path: Path, raw: bytes) -> bytes:
    path = tmp_path / "a backup"
    path.write_bytes(raw)
    private = private_key(*(read_share(share_file(tmp_path / "shares", number)) for number in (1, 2)))
    with path.open("rb") as file:
        head = read_head(path, file)
        return SealedReader(path, file, head, data_key_of(path, head, private)).read(1_000_000)


def parts(raw: bytes) -> tuple[bytes, list[bytes]]:
    """The first line, and each chunk with its length."""
    head, _, rest = raw.partition(b"\n")
    chunks = []
    while rest:
        end = 4 + int.from_bytes(rest[:4], "big")
        chunks.append(rest[:end])
        rest = rest[end:]
    return head + b"\n", chunks


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200, 760])
def test_what_was_sealed_is_opened_byte_for_byte(tmp_path: Path, shares: Path, small_chunks: None, size: int) -> None:
    raw = sealed(tmp_path, WORDS[:size])

    assert opened(tmp_path, raw) == WORDS[:size]
    assert WORDS[:15] not in raw


def test_OPS_07_no_byte_can_be_changed(tmp_path: Path, shares: Path, small_chunks: None) -> None:
    raw = sealed(tmp_path, WORDS[:250])

    for place in range(0, len(raw), 3):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(BackupProblem):
            opened(tmp_path, bytes(changed))


def test_OPS_07_nothing_can_be_cut_swapped_repeated_added_or_mixed(
    tmp_path: Path, shares: Path, small_chunks: None
) -> None:
    head, chunks = parts(sealed(tmp_path))
    other_head, others = parts(sealed(tmp_path))
    assert len(chunks) == 8

    def refused(*pieces: Sequence[bytes]) -> None:
        with pytest.raises(BackupProblem):
            opened(tmp_path, b"".join(b"".join(piece) for piece in pieces))

    assert opened(tmp_path, head + b"".join(chunks)) == WORDS
    for number in range(8):
        refused([head], chunks[:number])
        refused([head], chunks[:number], chunks[number + 1 :])
        refused([head], chunks[:number], [others[number]], chunks[number + 1 :])
        refused([head], chunks[: number + 1], [chunks[number]], chunks[number + 1 :])
    refused([head], [chunks[1], chunks[0]], chunks[2:])
    refused([head], chunks, [b"\0\0\0\0"])
    refused([head], chunks, [b"more"])
    refused([other_head], chunks)


def test_an_entry_that_a_newer_program_wrote_is_refused_in_words(tmp_path: Path, shares: Path) -> None:
    path, out = tmp_path / "backup", io.BytesIO()
    writer = SealedWriter(out, read_public_key(tmp_path / "keys"), "2026-02-11T10:05:00.000Z")
    entry = msgspec.msgpack.encode({"type": "opinion", "content": SAID})
    writer.write(len(entry).to_bytes(4, "big") + entry)
    writer.finish()
    path.write_bytes(out.getvalue())

    with (
        entries_of(path, writer.data_key) as entries,
        pytest.raises(BackupProblem, match="this version of fieldwork does not know") as refused,
    ):
        next(entries)

    assert SAID not in str(refused.value)


def test_OPS_07_one_share_alone_and_shares_of_different_keys_open_nothing(tmp_path: Path, shares: Path) -> None:
    one, two = (read_share(share_file(shares, number)) for number in (1, 2))
    make_keys(tmp_path / "other", tmp_path / "other" / "keys", tmp_path / "other-shares")
    stranger = read_share(share_file(tmp_path / "other-shares", 2))

    assert private_key(one, two) == private_key(two, one)
    assert one.half != two.half
    with pytest.raises(BackupProblem, match="the same share twice"):
        private_key(one, one)
    with pytest.raises(BackupProblem, match="two different keys"):
        private_key(one, stranger)


def test_a_share_may_be_copied_out_by_hand_and_a_slip_of_the_pen_is_found(tmp_path: Path, shares: Path) -> None:
    path = share_file(shares, 1)
    written = path.read_text()
    right = read_share(path)

    path.write_text(written.upper().replace(" ", "   ").replace("\n", "\r\n"))
    by_hand = read_share(path)
    half = right.half.hex()
    path.write_text(f"key {right.key_id}\nshare 1\nhalf {half[:-1]}{'0' if half[-1] != '0' else '1'}\ncheck 00000000\n")

    assert by_hand == right
    with pytest.raises(BackupProblem, match="a letter or digit of the share is wrong"):
        read_share(path)
    path.write_text("something else")
    with pytest.raises(BackupProblem, match="is no share"):
        read_share(path)


def test_OPS_07_the_private_half_is_nowhere_at_the_server(tmp_path: Path, shares: Path) -> None:
    private = private_key(*(read_share(share_file(shares, number)) for number in (1, 2)))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())

    assert b"PRIVATE" not in kept
    assert private.id.encode() in kept
    assert all((path.stat().st_mode & 0o777) == 0o600 for path in shares.iterdir())


def test_nothing_is_sealed_to_a_key_whose_shares_do_not_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_badly(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b"half", b"ha1f") if "share-2" in path.name else content)

    monkeypatch.setattr(key_making, "write_key_once", write_badly)

    with pytest.raises(BackupProblem, match="is no share"):
        make_keys(tmp_path / "data", tmp_path / "keys", tmp_path / "shares")

    assert not (tmp_path / "keys").exists()


def test_shares_can_be_written_on_a_stick_that_knows_no_second_name_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(written: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)

    key_id = make_keys(tmp_path / "data", tmp_path / "keys", tmp_path / "stick")

    assert private_key(*(read_share(share_file(tmp_path / "stick", number)) for number in (1, 2))).id == key_id
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == [
        share_file(tmp_path, number).name for number in (1, 2)
    ]


def test_shares_are_never_written_over_nor_beside_the_data(tmp_path: Path, shares: Path) -> None:
    data, keys = tmp_path / "data", tmp_path / "keys"
    first = read_public_key(keys)

    with pytest.raises(BackupProblem, match="must not lie with the data"):
        make_keys(data, keys, data / "shares")
    with pytest.raises(BackupProblem, match="There is a backup key already"):
        make_keys(data, keys, tmp_path / "more")
    with pytest.raises(BackupProblem, match="never written over"):
        make_keys(data, keys, shares, replace=True)
    make_keys(data, keys, tmp_path / "more", replace=True)

    assert read_public_key(keys) != first
    assert private_key(*(read_share(share_file(shares, number)) for number in (1, 2))).id == first.id


def test_OPS_07_no_word_name_or_key_of_the_office_can_be_read_in_a_backup(on_sqlite: Lost, tmp_path: Path) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    raw = (tmp_path / "backup").read_bytes()

    # Nothing short: three letters stand in two megabytes of chance every ninth time.
    for secret in (SAID.encode(), b"timetable", b"PRIVATE KEY", b"review:", b"visit:"):
        assert secret not in raw
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoil", ["changed", "cut", "foreign", "other keys", "nothing there"])
def test_a_damaged_cut_or_foreign_file_restores_nothing_and_says_so(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, spoil: str
) -> None:
    path, place, private = tmp_path / "backup", empty_place("sqlite"), on_sqlite.private
    back_up(on_sqlite.settings, path, NOW)
    raw = path.read_bytes()
    if spoil == "changed":
        path.write_bytes(raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:])
    elif spoil == "cut":
        path.write_bytes(raw[:-1])
    elif spoil == "foreign":
        path.write_bytes(b"PK\x03\x04 a workbook")
    elif spoil == "nothing there":
        path.unlink()
    else:
        make_keys(tmp_path / "x", tmp_path / "x" / "keys", tmp_path / "x-shares")
        private = private_key(*(read_share(share_file(tmp_path / "x-shares", number)) for number in (1, 2)))
    expected = {
        "changed": "is damaged or cut",
        "cut": "is damaged or cut",
        "foreign": "is not a backup of fieldwork",
        "other keys": "is sealed to the backup key",
        "nothing there": "cannot be read",
    }

    with pytest.raises(BackupProblem, match=expected[spoil]):
        restore(path, private, place, NOW)

    assert not place.data.exists()
