"""Every way in which words that nobody has looked through for names can come to a record that somebody has (R12)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tests.web.looked_through import CANARY, Record


def added(record: Record) -> None:
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.")
    record.code(record.colleague, block_id, CANARY, operation)


def changed(record: Record) -> None:
    text = {"text": f"A heron stood there, says {CANARY}."}
    one = record.colleague.writes(
        record.scope, "block", text, kind="revise", record=record.block_id, base=record.block_heads
    )
    record.code(record.colleague, record.block_id, CANARY, one.operation)


def changed_in_two_places(record: Record) -> None:
    """Both tablets change the words at once: two versions stand on the record, and their page is asked too."""
    for tablet, text in ((record.author, f"A heron, says {CANARY}."), (record.colleague, f"A stork, says {CANARY}.")):
        tablet.writes(
            record.scope, "block", {"text": text}, kind="revise", record=record.block_id, base=record.block_heads
        )


def joined(record: Record) -> None:
    """A part that another author wrote, moved into this record."""
    other = record.colleague.records(record.scope, "Elsewhere.", screened=False)
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.", other)
    moved = {"evidence": record.evidence_id}
    record.colleague.writes(record.scope, "block", moved, kind="revise", record=block_id, base=(operation,))
    record.code(record.colleague, block_id, CANARY, operation)


def adopted_after_a_lock(record: Record) -> None:
    """What was written on a locked tablet during the interview joins the record when it is unlocked, after the look."""
    block_id, operation = record.block(record.author, f"{CANARY} said so.")
    record.code(record.author, block_id, CANARY, operation)


def let_in(record: Record) -> None:
    """Words of somebody whose part was not known, let in by the lead after the look."""
    stranger = record.office.tablet_of("B-I2")
    record.block(stranger, f"{CANARY} said so.")
    assert {one.code for one in stranger.sends()} == {"not_assigned"}
    lead = record.office.signed_in("lead")
    held = f"/visits/{record.office.visit_id('A')}/held"
    page = lead.opens(held)
    reason = page.split('id="reason-')[1].split('"')[0]
    assert lead.sends(page, held, {f"reason-{reason}": "She stood in."}).status_code == 303


def coded_under_the_wrong_record(record: Record) -> None:
    """A coding of words in a record that nobody looked through, which names this one as its record."""
    other = record.colleague.records(record.scope, "Elsewhere.", screened=False)
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.", other)
    record.code(record.colleague, block_id, CANARY, operation)


def copied_by_a_coding_before_the_name_was_taken_out(record: Record) -> None:
    """The coding is a copy of a wording that was changed before anybody looked."""
    block_id, first = record.block(record.author, f"{CANARY} liked the heron.")
    record.code(record.author, block_id, CANARY, first)
    record.code(record.author, block_id, "heron", first, before=f"{CANARY} liked the ")
    text = {"text": "She liked the heron."}
    record.author.writes(record.scope, "block", text, kind="revise", record=block_id, base=(first,))
    record.author.sends()
    record.looked_through_again()


def of_the_record_itself(record: Record) -> None:
    """What the record says of its document, which is read with it and stands in an export."""
    record.revises("evidence", record.evidence_id, {"document": {"title": f"Plan of {CANARY}"}, "ref": CANARY})


def of_the_activity(record: Record) -> None:
    record.revises("activity", record.activity_id, {"supporter": f"{CANARY}, her aunt", "date": CANARY})


def of_a_consent(record: Record) -> None:
    fields = {"activity": record.activity_id, "status": "restricted", "restriction": f"not the name of {CANARY}"}
    record.colleague.writes(record.scope, "consent", fields)


def of_an_activity_that_came_later(record: Record) -> None:
    """The record and the look at it were quicker than the activity that they name."""
    activity = str(uuid.uuid4())
    evidence = record.author.writes(record.scope, "evidence", {"ref": "A-78", "activity": activity})
    record.author.looks(record.scope, evidence.record, evidence.operation)
    record.author.sends()
    record.evidence_id = evidence.record
    fields = {"type": f"{CANARY}’s birthday", "supporter": CANARY}
    record.colleague.writes(record.scope, "activity", fields, record=activity)


def noted_on_a_code(record: Record) -> None:
    record.code(record.colleague, record.block_id, "heron", record.revision, memo=f"{CANARY} again")


def noted_later_on_a_code(record: Record) -> None:
    [[coding]] = record.office.ask("SELECT record FROM coding WHERE evidence = ?", record.evidence_id)
    record.revises("coding", coding, {"memo": f"{CANARY} again"})


def coded_in_other_words(record: Record) -> None:
    """A coding says nothing but terms of the review; one of these says something else in each."""
    odd = ("code", "codebook_version", "valence", "agency", "coder", "coded_at", "revision", "start_cp", "end_cp")
    for name in odd:
        fields: dict[str, Any] = {"revision": record.revision, name: CANARY}
        record.code(record.colleague, record.block_id, "heron", **fields)


def quoted_what_was_never_said(record: Record) -> None:
    """A coding is a copy, and nobody looks a copy through: what comes out is read from the block."""
    record.code(record.colleague, record.block_id, CANARY, record.revision)
    record.code(record.colleague, record.block_id, "heron", record.revision, before=f"{CANARY} saw a ", after=CANARY)


def quoted_in_two_ways(record: Record) -> None:
    """Two versions of a coding wait for a decision: an export shows both."""
    [[coding]] = record.office.ask("SELECT record FROM coding WHERE evidence = ?", record.evidence_id)
    base = record.office.state_of(coding).heads
    for tablet, words in ((record.author, "One"), (record.colleague, CANARY)):
        fields = {"quote": words, "memo": words, CANARY.lower(): words}
        tablet.writes(record.scope, "coding", fields, kind="revise", record=coding, base=base)


def said_by_a_look(record: Record) -> None:
    """Beside a look stands another that gives somebody's words for its time."""
    looked = record.office.state_of(record.evidence_id).fields["looked_through"][0]
    fields = {"screened_at": f"{CANARY} said so", "looked_through": [*looked[1], CANARY]}
    [[create]] = record.office.ask(
        "SELECT operation FROM operation_evidence WHERE record = ? AND kind = 'create'", record.evidence_id
    )
    record.colleague.writes(record.scope, "evidence", fields, kind="revise", record=record.evidence_id, base=(create,))


def in_a_file(record: Record) -> None:
    """The lead adds a document at the office: its name and its bytes are nobody's but the team's until it was opened."""
    record.adds_file(f"letter of {CANARY}.txt", f"Dear {CANARY}".encode())


def standing_again(record: Record) -> None:
    """A name was written over, the record looked through, and what stood instead of the name removed."""
    block_id, first = record.block(record.author, f"{CANARY} liked the heron.")
    text = {"text": "She liked the heron."}
    second = record.author.writes(record.scope, "block", text, kind="revise", record=block_id, base=(first,))
    record.code(record.author, block_id, CANARY, first)
    record.author.sends()
    record.looked_through_again()
    record.author.writes(
        record.scope, "block", {}, kind="redact", record=block_id, redacts=(second.operation,), reason="erasure"
    )


def forged_by_a_coding(record: Record) -> None:
    """An operation on the block that calls it a coding, which would need no look."""
    record.revises("coding", record.block_id, {"text": f"{CANARY} said so.", "memo": CANARY})
    record.author.writes(record.scope, "coding", {"text": CANARY, "quote": CANARY}, record=record.block_id)


STAYS_READABLE: tuple[Callable[[Record], None], ...] = (
    coded_under_the_wrong_record,
    copied_by_a_coding_before_the_name_was_taken_out,
    noted_on_a_code,
    noted_later_on_a_code,
    coded_in_other_words,
    quoted_what_was_never_said,
    quoted_in_two_ways,
    said_by_a_look,
    in_a_file,
    forged_by_a_coding,
)
"""Where the record itself was looked through and nothing in it is new."""


WAYS: tuple[Callable[[Record], None], ...] = (
    added,
    changed,
    changed_in_two_places,
    joined,
    adopted_after_a_lock,
    let_in,
    of_the_record_itself,
    of_the_activity,
    of_a_consent,
    of_an_activity_that_came_later,
    standing_again,
    *STAYS_READABLE,
)
