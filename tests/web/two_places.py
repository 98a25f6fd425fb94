"""A block that two tablets changed at once, each without the other: the beginning of every conflict."""

from __future__ import annotations

from tests.web.office import Office, Tablet


def written_in_two_places(
    office: Office, one: Tablet, other: Tablet, *, first: str, then: tuple[str, str]
) -> tuple[str, str, tuple[str, str]]:
    """A record of Area A whose one block both tablets changed from the same version: its id, the block's, and the two operations."""
    scope = f"visit:{office.visit_id('A')}"
    evidence_id = one.records(scope, first)
    one.sends()
    [[block_id]] = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", evidence_id)
    base = office.state_of(block_id).heads
    mine = one.writes(scope, "block", {"text": then[0]}, kind="revise", record=block_id, base=base)
    one.sends()
    # Versions stand in the order of their ids, and those begin with the time.
    office.clock.goes_on(seconds=1)
    theirs = other.writes(scope, "block", {"text": then[1]}, kind="revise", record=block_id, base=base)
    other.sends()
    office.clock.goes_on(seconds=1)
    return evidence_id, block_id, (mine.operation, theirs.operation)
