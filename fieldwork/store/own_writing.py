"""What central writes itself: drafts become numbered, chained operations of its own stream, as a tablet's are.

In the name of the signed-in person, or of nobody when a pack is imported. Numbers and links are given inside the transaction that
stores them, under the stream's lock (PROTOCOL.md 1.3). A draft that was written before is left out: it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldwork.domain.draft import Draft
from sync.central.arrival import Arrival
from sync.central.body import write_body
from sync.central.facts import Facts, Mark, Wanted
from sync.central.header import Header, Stream, hash_of, write_header
from sync.central.line import PushLine


@dataclass(frozen=True, slots=True)
class OwnWriting:
    """What central itself writes, in the name of the signed-in person, or of nobody when it imports a pack.

    `device_at` is central's clock, and None in an import, which must give the same bytes each time. `rests_on` names operations whose
    words the drafts repeat.
    """

    incarnation: str
    person_id: str | None
    drafts: Sequence[Draft]
    device_at: str | None
    carrier: str | None = None
    rests_on: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        return len(self.drafts)

    @property
    def is_import(self) -> bool:
        return self.person_id is None

    def stream_of(self, draft: Draft) -> Stream:
        return Stream(self.incarnation, self.person_id, draft.scope, draft.lane)


class WordsRemoved(Exception):
    """Words that a writing repeats were removed before it could be written. Nothing of it is written."""


def refuse_removed(push: OwnWriting, facts: Facts) -> None:
    """Raise WordsRemoved where a redact came first. Asked under the lock of the scope, so none can come in between (I8)."""
    if any(operation not in facts.known or facts.known[operation].redacted for operation in push.rests_on):
        raise WordsRemoved


def wanted_by_drafts(push: OwnWriting) -> Wanted:
    drafts = push.drafts
    named = {name for draft in drafts for name in (draft.operation_id, *(draft.redacts or ()))} | push.rests_on
    decided = {str(d.fields["about"]) for d in drafts if d.record_type == "decision" and "about" in d.fields}
    return Wanted(
        frozenset(named | decided),
        frozenset(push.stream_of(draft) for draft in drafts),
        frozenset((draft.scope, draft.lane) for draft in drafts),
        frozenset({push.person_id} if push.person_id else ()),
        frozenset(str(d.fields["sha256"]) for d in drafts if d.record_type == "file" and "sha256" in d.fields),
        frozenset(decided),
    )


def minted(push: OwnWriting, facts: Facts) -> Iterator[Arrival]:
    """Give each draft its number and its link. A draft that was written before is left out: it changes nothing.

    An id that somebody else's operation holds is minted all the same, so that judging raises the alarm.
    """
    marks: dict[Stream, Mark] = {}
    for draft in push.drafts:
        stream = push.stream_of(draft)
        known = facts.known.get(draft.operation_id)
        if known is not None and known.stream == stream:
            continue
        mark = marks.get(stream) or facts.marks[stream]
        body = write_body(draft.fields, draft.salt)
        header = Header(
            format="fieldwork-operation/1",
            operation=draft.operation_id,
            incarnation=push.incarnation,
            person=push.person_id,
            scope=draft.scope,
            lane=draft.lane,
            sequence=mark.highest + 1,
            previous=mark.head,
            record_type=draft.record_type,
            record=draft.record_id,
            kind=draft.kind,  # type: ignore[arg-type]
            base=draft.base,
            body_hash=hash_of(body),
            body_bytes=len(body),
            device_at=push.device_at,
            redacts=draft.redacts,
            reason=draft.reason,  # type: ignore[arg-type]
        )
        header_raw = write_header(header)
        header_hash = hash_of(header_raw)
        if known is None:
            marks[stream] = Mark(mark.count + 1, header.sequence, header_hash)
        yield Arrival(PushLine(header_raw, header, header_hash, "", b""), body, draft.fields, None, stream)
