"""Which files' bytes are complete at the office. An operation that names a file is stored only when it is one of these (I9)."""

from __future__ import annotations

from fieldwork.store.log import Log
from fieldwork.store.statements import Tell, Work


async def note_file(log: Log, *, sha256: str, size_bytes: int, media_type: str, stored_at: str) -> None:
    """The bytes lie on the disk, whole. The second time changes nothing."""

    def work() -> Work[None]:
        yield Tell(
            "INSERT INTO file_stored (sha256, size_bytes, media_type, stored_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(sha256, size_bytes, media_type, stored_at)],
        )

    await log.in_one_transaction(work)


async def note_alarm(log: Log, *, code: str, about: str, raised_at: str) -> None:
    """Raise an alarm: a line that somebody looks at later, with no words of evidence in it."""

    def work() -> Work[None]:
        yield Tell("INSERT INTO alarm (code, operation, raised_at) VALUES (?, ?, ?)", [(code, about, raised_at)])

    await log.in_one_transaction(work)


async def alarms_with(log: Log, code: str) -> list[tuple[str, str]]:
    """What was raised under this code: about what, and when, oldest first."""
    found = await log.ask("SELECT operation, raised_at FROM alarm WHERE code = ? ORDER BY id", code)
    return [(row[0], row[1]) for row in found]
