"""Looking a record through for names at the office, as its author does on a tablet (R12, design 7).

Anybody of the visit's team may look: an author can leave the visit before the last words of a colleague have come. A look names the words
that were on its page and the files that were ticked as opened, and what was named before and still stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.actions.reading import EvidenceSeen, require_team
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.evidence import FileFacts, Labels
from fieldwork.domain.kept_words import in_words, kept_words
from fieldwork.domain.problems import Fault, FormFaults
from fieldwork.domain.screening import LOOK, LOOKED_THROUGH, MEMO, ToLookThrough, entries_of, newly_named, words_named
from fieldwork.store.gathered import Gathered, gather
from fieldwork.store.log import instant
from fieldwork.store.records import Record
from sync.central.body import shown as as_shown


@dataclass(frozen=True, slots=True)
class NotLookedThrough:
    """What somebody of the team has still to look through in a record.

    `shown` are the entries for all that the page shows; `kept` is what is kept with the record besides its blocks, as (what it is, words).
    """

    shown: str
    words: bool
    memos: bool
    files: list[FileFacts]
    looked: bool
    again: bool
    """It was looked through, or came with a pack; what is left is newer."""
    kept: list[tuple[str, str]]


def not_looked_through(gathered: Gathered, labels: Labels) -> NotLookedThrough:
    """What is still to be looked through, from the records that the page is made of."""
    looks, standing = gathered.looks, gathered.to_look_through
    return NotLookedThrough(
        shown=" ".join(entries_of(standing.all)),
        words=not looks.cover(standing.words),
        memos=not all(looks.speak_for(words) for words in standing.memos.values()),
        files=[_file(one) for one in gathered.files if not looks.speak_for(standing.files.get(one.record_id, ()))],
        looked=bool(looks.operations),
        again=looks.may_count,
        kept=_kept(gathered, labels),
    )


async def look_through(
    central: Central, person_id: str, evidence: EvidenceSeen, *, operation: str, shown: str, opened: Collection[str]
) -> bool:
    """Say that what the page showed was looked through, and the files that were opened. False when it was said already.

    NotAllowed for anybody but the team; FormFaults when nothing is left but files, and none was opened.
    """
    require_team(evidence.visit)
    minted(operation)
    gathered = await gather(central.log, evidence.record)
    looks, standing = gathered.looks, gathered.to_look_through
    named = newly_named(standing, looks, words_named(shown.split()), opened)
    if _leaves_the_files(gathered, standing) and not opened:
        raise FormFaults(Fault("opened", "Choose the files that you have opened and looked through"))
    fields = {LOOK: instant(central.clock()), LOOKED_THROUGH: entries_of(named)}
    record = evidence.record
    look = draft(operation, record.scope, "evidence", record.record_id, "revise", fields, base=record.state.heads)
    return await write(central, [look], person_id)


def _leaves_the_files(gathered: Gathered, standing: ToLookThrough) -> bool:
    """Whether all that is read on the page has been looked through, and some file has not."""
    looks = gathered.looks
    read = looks.cover(standing.words) and looks.speak_for(standing.read_on_the_page)
    return read and not looks.speak_for(standing.all)


def _kept(gathered: Gathered, labels: Labels) -> list[tuple[str, str]]:
    """The record's and its activity's own words, consents, and the notes on codes, which the page does not show elsewhere."""
    around = [gathered.evidence, *([gathered.activity] if gathered.activity else []), *gathered.consents]
    blocks = [block.state.fields for block in gathered.blocks]
    kept = kept_words([one.state.fields for one in around], blocks, labels.activity_types, labels.roles)
    kept += [
        (f"note on code {coding.get('code', '')}".strip(), in_words(value))
        for coding in gathered.codings
        for _, value in coding.state.fields.get(MEMO, ())
        if value is not None
    ]
    return [(what, str(as_shown(words))) for what, words in kept]


def _file(record: Record) -> FileFacts:
    names = [in_words(as_shown(value)) for _, value in record.state.fields.get("name", ()) if value is not None]
    size = record.get("size_bytes")
    return FileFacts(
        record.record_id,
        " / ".join(names) or "document",
        str(record.get("media_type", "")),
        size if isinstance(size, int) else 0,
    )
