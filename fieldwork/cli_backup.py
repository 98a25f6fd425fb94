"""The commands that keep an office through the loss of its machine: `backup-keys`, `backup` and `restore`.

A backup is made beside a running server and sealed to a key whose private half two people hold. Exit codes: 0 it was done and all is whole;
1 it could not be done, or it was done and something in it is not whole: the sentences say which; 2 the wish cannot be understood.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fieldwork.backup.keys import make_keys, private_key, read_share, share_file
from fieldwork.backup.making import back_up
from fieldwork.backup.problems import BackupProblem
from fieldwork.backup.restoring import Restored
from fieldwork.backup.restoring import restore as restore_backup
from fieldwork.export.meaning import ExportProblem
from fieldwork.pages.words import counted, moment_in_words, size_in_words
from fieldwork.settings import read_settings
from fieldwork.store.table_rows import TablesUnknown

console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

MOST_PROBLEMS_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("backup-keys")(backup_keys)
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup_keys(
    folder: Annotated[Path, typer.Argument(help="Where the two shares are written, such as a USB stick.")],
    replace: Annotated[bool, typer.Option("--replace", help="Make a new pair in place of the one there is.")] = False,
) -> None:
    """Make the key that backups are sealed to: two shares, for two people. A restore needs both."""
    settings = read_settings()
    try:
        key_id = make_keys(settings.data, settings.keys, folder.absolute(), replace=replace)
    except BackupProblem as problem:
        raise _said(problem) from problem
    console.print(f"Made the backup key {key_id}.")
    for number in (1, 2):
        console.print(f"  {share_file(folder, number)}", markup=False)
    console.print("Give each share to another person, on paper or on a stick of their own, and delete these two files.")
    console.print("A restore needs both. If one is lost, no backup that was sealed to this key can be opened.")


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Back the office up, while it works, and prove it: the backup is restored into an empty database and compared."""
    settings, moment = read_settings(), datetime.now(UTC)
    try:
        made = back_up(settings, file.absolute(), moment)
    except (BackupProblem, ExportProblem, TablesUnknown) as problem:
        raise _said(problem) from problem
    console.print(f"Backed up {_what(made.proof)}.")
    console.print(
        f"Restored into an empty database in {_seconds(made.proof)}, compared with what was read, and found equal."
    )
    console.print(f"  {file} ({size_in_words(made.size_bytes)})", markup=False)
    console.print(
        f"It opens with both shares of the backup key {made.key_id}. Sessions, one-use codes and exported files are not in it."
    )
    _say_what_is_not_whole(made.proof, "The backup holds all that the office holds. But the office is not whole:")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    share: Annotated[list[Path], typer.Option("--share", help="A share of the backup key; give both.")],
) -> None:
    """Restore a backup into an empty data folder and an empty database. Tablets then send again what is missing."""
    if len(share) != 2:
        problems.print("A restore needs both shares: --share FILE --share FILE.")
        raise typer.Exit(2)
    settings, moment = read_settings(), datetime.now(UTC)
    try:
        private = private_key(read_share(share[0]), read_share(share[1]))
        restored = restore_backup(file.absolute(), private, settings, moment)
    except (BackupProblem, TablesUnknown) as problem:
        raise _said(problem) from problem
    made_at = moment_in_words(restored.made_at)
    console.print(f"Restored the backup of {made_at}: {_what(restored)}. It took {_seconds(restored)}.")
    console.print(f"{counted(restored.records, 'record was', 'records were')} worked out again from the log.")
    console.print(
        "\nWhat comes back by itself: start the server. Each tablet compares what it holds and sends what is missing here."
    )
    console.print("What does not: whatever was written at a desk of the office since then. Everybody signs in again.")
    console.print(
        "What has to be done first: words that were removed at a desk since then are here again. Remove them again before"
        " others sign in; tablets that had heard of it still hold them removed. What was removed on a tablet is removed"
        " here when that tablet comes. Accounts that were closed since then and parts that ended are as they were, too:"
        " close and end them again before others sign in."
    )
    if restored.tablets_that_wait:
        console.print(
            f"What waits for you: {counted(restored.tablets_that_wait, 'tablet sends', 'tablets send')} what is on it as soon as"
            " the server runs, and gets nothing from the office until an administrator has said on the page Tablets that it is"
            " still yours. Revoke there those that were lost since then: nobody can see it from the backup."
        )
    console.print(
        "Tablets that were set up since then are not known here. Make a new code for each of them: when it is set up again for"
        " the same person, what is on it is sent."
    )
    _say_what_is_not_whole(restored, "All of the backup came back. But it was not whole when it was made:")


def _what(restored: Restored) -> str:
    rows = restored.rows
    return (
        f"{counted(restored.operations, 'operation', 'operations')} in {counted(rows['stream'], 'stream', 'streams')},"
        f" {counted(restored.files, 'file', 'files')}, {counted(rows['account'], 'account', 'accounts')}"
        f" and {counted(rows['device'], 'device', 'devices')}"
    )


def _seconds(restored: Restored) -> str:
    return counted(math.ceil(restored.took_s), "second", "seconds")


def _say_what_is_not_whole(restored: Restored, sentence: str) -> None:
    """Say what `verify` found and which files were not as the log names them; ends the command with 1 when there is anything."""
    found = [str(problem) for problem in restored.problems]
    found += [f"the stored file {sha256}: not on the disk as it came" for sha256 in restored.files_not_whole]
    if not found:
        return
    problems.print(sentence)
    for line in found[:MOST_PROBLEMS_SHOWN]:
        problems.print(f"  {line}", markup=False)
    if len(found) > MOST_PROBLEMS_SHOWN:
        problems.print(f"  and {len(found) - MOST_PROBLEMS_SHOWN} more: `fieldwork verify` lists them")
    problems.print("Keep the last backup that was whole as well.")
    raise typer.Exit(1)


def _said(problem: Exception) -> typer.Exit:
    problems.print(str(problem), markup=False)
    return typer.Exit(1)
