"""A record of evidence, what is said in it, and looks at it for names, as tablets write them; and whether it counts as screened."""

from __future__ import annotations

from collections.abc import Sequence

from fieldwork.domain.screening import entries_of
from sync.central.body import read_body
from tests.store.log_authors import Author, Written, new_id
from tests.store.log_office import Office, rebuilt_otherwise

AT = "2026-02-11T12:00:00.000Z"


def record_of(author: Author, **fields: object) -> Written:
    return author.writes({"ref": "A-1", **fields}, record_type="evidence")


def block_in(author: Author, evidence: Written, text: str = "said") -> Written:
    return author.writes({"evidence": evidence.record, "text": text})


def look(
    author: Author, evidence: Written, *through: Written, base: Sequence[Written] = (), **fields: object
) -> Written:
    named = {"looked_through": entries(evidence, *through)} if through else {}
    heads = tuple(each.id for each in base) or (evidence.id,)
    return author.revises(evidence, {"screened_at": AT, **named, **fields}, base=heads)


def entries(*written: Written) -> list[str]:
    """These operations as a look names them, with every field that they set."""
    said = {each.id: read_body(each.body, each.header.kind) for each in written}
    return entries_of((by, name) for by, fields in said.items() for name, value in fields.items() if value is not None)


async def screened(here: Office, evidence: Written) -> bool:
    """Whether it counts as screened; drawn again from the log it must be the same."""
    [[counts]] = await here.log.ask("SELECT screened FROM evidence WHERE record = ?", evidence.record)
    assert await rebuilt_otherwise(here.log) == {}
    return bool(counts)


async def all_screened(here: Office) -> set[str]:
    return {row[0] for row in await here.log.ask("SELECT record FROM evidence WHERE screened = 1")}


def id_of_a_pack() -> str:
    number = new_id()
    return f"{number[:14]}5{number[15:]}"
