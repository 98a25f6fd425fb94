"""How much a tablet still holds, as counts: `fieldwork-contact/1` and the answer to it.

It stands beside the life of a note, between steps 6 and 9: what is on a tablet alone is known to the office before it has come. No word
of anybody, no person and no id of a record is in it. Nothing is stored or judged here. Source: PROTOCOL.md 4.9.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sync.central.header import LARGEST_NUMBER, is_instant, is_uuid
from sync.central.line import AnswerProblem, PushProblem

MOST_CONTACT_BYTES = 16_384
MOST_SCOPES = 64

_Count = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]
_is_app_version = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch


class ScopeHeld(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What waits of one visit; `scope` is "visit:" and its id, `oldest_age_s` counts by the tablet's own clock."""

    scope: str
    waiting: Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]
    oldest_age_s: _Count

    @property
    def visit_id(self) -> str:
        return self.scope.partition(":")[2]


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of PROTOCOL 4.9 in the order of its table. `persisted` is None where the browser does not say."""

    format: Literal["fieldwork-contact/1"]
    app_version: str
    waiting: _Count
    oldest_at: str | None
    oldest_age_s: _Count | None
    scopes: Annotated[tuple[ScopeHeld, ...], Meta(max_length=MOST_SCOPES)]
    attention: _Count
    drafts: _Count
    persisted: bool | None


class _Contacted(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-contacted/1"]
    epoch: str


_is_spaced_or_escaped = re.compile(rb"[ \t\r\n\\]").search
_decode = msgspec.json.Decoder(Contact).decode


def read_contact(raw: bytes) -> Contact:
    """Read a contact. Raises PushProblem `contact_not_readable`, and for nothing else."""
    try:
        contact = _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise PushProblem("contact_not_readable") from problem
    # A key that came twice would let two readers see two contacts. Without spaces each `":` ends a key, and no value here can hold it.
    keys = len(Contact.__struct_fields__) + len(ScopeHeld.__struct_fields__) * len(contact.scopes)
    if _is_spaced_or_escaped(raw) or raw.count(b'":') != keys or not _is_as_promised(contact):
        raise PushProblem("contact_not_readable")
    return contact


def _is_as_promised(contact: Contact) -> bool:
    if not _is_app_version(contact.app_version) or not _is_moment_of_the_oldest(contact):
        return False
    scopes = {held.scope for held in contact.scopes}
    if len(scopes) != len(contact.scopes) or sum(held.waiting for held in contact.scopes) > contact.waiting:
        return False
    oldest_age_s = contact.oldest_age_s or 0
    return all(_is_visit(held.scope) and held.oldest_age_s <= oldest_age_s for held in contact.scopes)


def _is_moment_of_the_oldest(contact: Contact) -> bool:
    """Something waits since a moment of the calendar, or nothing waits and there is no such moment."""
    if contact.waiting == 0 or contact.oldest_at is None or contact.oldest_age_s is None:
        return contact.waiting == 0 and contact.oldest_at is None and contact.oldest_age_s is None
    return is_instant(contact.oldest_at)


def _is_visit(scope: str) -> bool:
    kind, _, visit_id = scope.partition(":")
    return kind == "visit" and is_uuid(visit_id) is not None


def write_contact(contact: Contact) -> bytes:
    return msgspec.json.encode(contact)


def write_contacted(epoch: str) -> bytes:
    """The answer: it was heard."""
    return msgspec.json.encode(_Contacted("fieldwork-contacted/1", epoch))


def read_contacted(raw: bytes) -> str:
    """The epoch. Raises AnswerProblem `answer_not_readable`."""
    try:
        return msgspec.json.decode(raw, type=_Contacted).epoch
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise AnswerProblem("answer_not_readable") from problem
