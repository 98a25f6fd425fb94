"""Heads on paper: what `fieldwork heads` writes, `fieldwork verify --heads` reads, and what it says of it (SYN-17)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from fieldwork.backup.anchored_heads import read_heads, write_heads
from fieldwork.backup.problems import BackupProblem
from fieldwork.cli_log import register
from fieldwork.store.heads import StreamHead
from fieldwork.store.soundness import soundness_in
from sync.central.header import Stream
from tests.backup.offices import Lost
from tests.store.log_authors import Author, new_visit
from tests.store.test_names_on_disk import room_for

APP = typer.Typer()
register(APP)
HEADS = [
    StreamHead(Stream("an-incarnation", "a-person", "visit:one", "vault"), 3, 3, "0a" * 32),
    StreamHead(Stream("import:pack", None, "review:one", "evidence"), 9, 9, "1b" * 32),
]


def command(lost: Lost, monkeypatch: pytest.MonkeyPatch, *words: object) -> Result:
    monkeypatch.setenv("DATABASE_URL", lost.settings.database_url)
    monkeypatch.setenv("FIELDWORK_DATA", str(lost.settings.data))
    return CliRunner().invoke(APP, list(map(str, words)))


def test_heads_that_were_written_are_read_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "heads"

    sha256 = write_heads(path, HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="this one")
    anchored = read_heads(path)

    assert list(anchored.heads) == HEADS
    assert (anchored.taken_at, anchored.sha256) == ("2026-02-11T10:05:00.000Z", sha256)
    assert path.read_text().splitlines()[-1] == f"sha256 {sha256}"
    with pytest.raises(BackupProblem, match="never written over"):
        write_heads(path, HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="this one")


def test_heads_that_find_no_room_leave_no_half_of_them(tmp_path: Path) -> None:
    with room_for(100), pytest.raises(BackupProblem, match="heads cannot be written"):
        write_heads(tmp_path / "heads", HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="this one")

    assert list(tmp_path.iterdir()) == []


def test_heads_with_a_changed_letter_a_missing_line_or_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    write_heads(path, HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="this one")
    written = path.read_text()
    lines = written.splitlines(keepends=True)

    for changed in (written.replace("visit:one", "visit:two"), "".join(lines[:4] + lines[5:]), "".join(lines[:-1]), ""):
        path.write_text(changed)
        with pytest.raises(BackupProblem):
            read_heads(path)


def test_SYN_17_a_tail_that_was_cut_with_its_mark_is_found_by_the_command(
    lost: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(new_visit())
    lost.inside(lambda here: here.push(*(author.writes() for _ in range(3))))
    stream = f"(SELECT id FROM stream WHERE incarnation = '{author.incarnation}')"

    async def cuts(here: object) -> None:
        execute = here.log.database.connection.execute_query  # type: ignore[attr-defined]
        await execute(f"DELETE FROM operation_evidence WHERE sequence = 3 AND stream_id = {stream}")
        await execute(
            "UPDATE stream SET count = 2, highest = 2, head = (SELECT header_hash FROM operation_evidence o"
            f" WHERE o.stream_id = stream.id AND o.sequence = 2) WHERE incarnation = '{author.incarnation}'"
        )
        await execute(f"UPDATE scope SET last_position = 2 WHERE scope = '{author.scope}'")
        await execute("DELETE FROM record WHERE record NOT IN (SELECT record FROM operation_evidence)")

    wrote = command(lost, monkeypatch, "heads", tmp_path / "heads")
    whole = command(lost, monkeypatch, "verify", "--heads", tmp_path / "heads")
    lost.inside(cuts)
    without = command(lost, monkeypatch, "verify")
    with_heads = command(lost, monkeypatch, "verify", "--heads", tmp_path / "heads")

    assert wrote.exit_code == whole.exit_code == without.exit_code == 0, whole.output + without.output
    assert "hold all that was written down on" in whole.output
    assert "of another database" not in whole.output
    assert read_heads(tmp_path / "heads").sha256 in wrote.output
    assert with_heads.exit_code == 1
    assert f"stream {author.incarnation} of {author.person} in {author.scope}, evidence, number 3: tail_cut" in (
        with_heads.output
    )


def test_heads_of_another_database_are_said_to_be_of_another(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_heads(tmp_path / "heads", HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="another one")

    compared = command(on_sqlite, monkeypatch, "verify", "--heads", tmp_path / "heads")

    assert compared.exit_code == 1
    assert "written down of another database" in compared.output
    assert compared.output.count("stream_gone") == len(HEADS)


def test_a_file_that_is_no_heads_is_refused_before_anything_is_walked(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter").write_text("Dear Sir")

    refused = command(on_sqlite, monkeypatch, "verify", "--heads", tmp_path / "letter")

    assert refused.exit_code == 2
    assert "holds no anchored heads" in refused.output


def test_OPS_06_a_serving_office_hears_what_verify_found_and_whether_somebody_goes_on_with_it(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-06. Heads of another office that somebody brings by mistake stop nobody."""
    write_heads(tmp_path / "heads", HEADS, taken_at="2026-02-11T10:05:00.000Z", database_id="another")
    mistaken = command(on_sqlite, monkeypatch, "verify", "--heads", tmp_path / "heads")
    heard = [stops(on_sqlite)]
    file = sqlite3.connect(on_sqlite.settings.data / "central.sqlite3", isolation_level=None)
    file.execute("UPDATE operation_evidence SET body = x'00' WHERE standing = 'stored' AND body IS NOT NULL")
    file.close()

    found = command(on_sqlite, monkeypatch, "verify")
    heard.append(stops(on_sqlite))
    gone_on_with = command(on_sqlite, monkeypatch, "verify", "--go-on")
    heard.append(stops(on_sqlite))

    assert heard == [False, True, False]
    assert [each.exit_code for each in (mistaken, found, gone_on_with)] == [1, 1, 1]
    assert "takes nothing in" not in mistaken.output
    assert "body_hash_differs" in found.output
    assert "The office takes nothing in while this stands" in found.output
    assert "The office takes notes in all the same" in gone_on_with.output


def stops(here: Lost) -> bool:
    found = soundness_in(here.settings.data)
    return found is not None and found.stops
