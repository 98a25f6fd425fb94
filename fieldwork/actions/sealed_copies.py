"""Taking in a sealed copy: what a tablet could not send, brought to the office as a file (PROTOCOL.md 8).

Step 7 of the life of one note by another road. The file is cut into pushes, and each goes the way of every push, so a note is judged by
the same rules whoever brings it. Whoever brings it sees counts and no word. Bringing it again leads to the same.
"""

from __future__ import annotations

import asyncio

from fieldwork.actions.central import Central
from fieldwork.actions.log_lines import write_line
from fieldwork.domain.account import Account
from fieldwork.domain.problems import NotFound, Problem
from fieldwork.domain.sealed_copy import TakenIn
from fieldwork.store.assignments import assignments_of
from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of
from fieldwork.store.writer import LogClosed
from sync.central.line import Push, PushLine, Receipt
from sync.central.sealed_copy import pushes_of, read_sealed_copy

CARRIER = "sealed copy"
"""What the log names as the carrier: no tablet, and nobody's account."""

MOST_COPY_BYTES = 512 * 1024 * 1024


class CopyInterrupted(Problem):
    """Central could not take in all parts of a copy."""

    slug = "copy_interrupted"
    status = 503
    again_after_s = 30
    title = "Not all of this copy could be taken in"
    sentence = (
        "The server is stopping, its disk is full or its database does not answer."
        " What was taken in before is safe; the rest was not taken in."
    )
    what_to_do = "Keep the file and bring it again in a minute: nothing is taken in twice. If it goes on, tell whoever runs the server."


async def require_bringer(central: Central, account: Account) -> None:
    """Raise NotFound unless this is an administrator, or somebody who leads something now: for others there is no such page."""
    if account.is_administrator:
        return
    assignments, _ = await assignments_of(central.log, str(account.person_id))
    if not any(part.role == "lead" and part.ended_at is None for part in assignments):
        raise NotFound


async def take_in_copy(central: Central, raw: bytes) -> TakenIn:
    """Take in what the file holds. Raises CopyProblem when not even its head can be read; then nothing was taken in.

    Each part is committed by itself. Raises CopyInterrupted when central can take no further part in now; whoever is interrupted brings
    the file again.
    """
    # Hashing many megabytes beside the loop: tablets that send meanwhile do not wait for it.
    copy = await asyncio.to_thread(read_sealed_copy, raw)
    taken = TakenIn(copy.whole, copy.head.copied_at)
    try:
        for push in pushes_of(copy):
            _count(taken, push, await central.log.accept(push, CARRIER))
    except LogClosed as problem:
        raise CopyInterrupted from problem
    except MAY_BE_HINDERED as problem:
        if hindrance_of(problem) is None:
            raise
        raise CopyInterrupted from problem
    finally:
        _note(taken)
    return taken


def _note(taken: TakenIn) -> None:
    write_line(
        "sealed_copy_taken_in",
        whole=taken.whole,
        stored=taken.stored,
        already_here=taken.already_here,
        held=taken.held,
        attention=taken.attention,
        unreadable=taken.unreadable,
    )


def _count(taken: TakenIn, push: Push, receipts: tuple[Receipt, ...]) -> None:
    for line, receipt in zip(push.lines, receipts, strict=True):
        if receipt.verdict == "stored":
            taken.stored += 1
        elif receipt.verdict == "duplicate":
            taken.already_here += 1
        elif receipt.verdict == "unreadable":
            taken.unreadable += 1
        else:
            taken.held += receipt.verdict == "held"
            taken.attention += receipt.verdict == "quarantined"
            if isinstance(line, PushLine):
                taken.waits_in.add(line.header.scope)
