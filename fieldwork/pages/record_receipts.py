"""A receipt for one record in words, for a page that can be printed and as a file: at the office.

The tablet makes the same shape (`static/tablet/pages/record_receipts.js`), and `templates/record_receipts/_receipt.html` prints both.
"""

from __future__ import annotations

from fieldwork.domain.record_receipts import EntryFacts, ReceiptFacts, hash_of_all
from fieldwork.pages.frame import Page
from fieldwork.pages.words import RECORD_TYPE_WORDS, counted, is_are, moment_in_words

SHORT = 12
"""Digits of a hash on the page; the file has all of them."""
DONE_WORDS = {"create": "wrote", "revise": "changed", "withdraw": "withdrew", "redact": "removed words from"}
STANDING_WORDS = {
    "whole": "As it was written",
    "words_removed": "Its words were removed; what says who and when is as it was written",
    "differs": "Not as it was written",
}


def show(facts: ReceiptFacts) -> Page:
    """The receipt."""
    whole = sum(one.standing != "differs" for one in facts.entries)
    address = f"/evidence/{facts.evidence_id}"
    return {
        "title": "Receipt for this record",
        "name": facts.title,
        "place": f"Area {facts.letter}",
        "back": {"href": address, "words": "Back to the record"},
        "verdict": _verdict(facts, whole),
        "told": _told(facts, whole),
        "facts": [
            {"key": "Record", "value": facts.evidence_id},
            {"key": "Entries", "value": f"{whole} of {counted(len(facts.entries), 'entry', 'entries')} verified"},
            {"key": "Files", "value": _files(facts)},
            {"key": "Verified", "value": f"{moment_in_words(facts.verified_at)}, by the office’s clock"},
            {"key": "Hash of all entries", "value": hash_of_all(one.header_hash for one in facts.entries)},
        ],
        "entries": [_entry(number, one) for number, one in enumerate(facts.entries, 1)],
        "file": {"href": f"{address}/receipt.txt", "action": "", "words": "Save the receipt as a file"},
        "again": "",
    }


def text_of(shown: Page) -> str:
    """The same as a plain text file, with every hash in full."""
    lines = [shown["title"], shown["name"], shown["place"], "", shown["verdict"]["words"], *shown["told"], ""]
    lines += [f"{fact['key']}: {fact['value']}" for fact in shown["facts"]]
    lines += ["", "Entries", "-------"]
    for one in shown["entries"]:
        lines += [f"{one['number']}. {one['words']} {one['standing']}.", f"   {one['hash']}"]
    return "\ufeff" + "\n".join(lines) + "\n"


def file_name(facts: ReceiptFacts) -> str:
    """The reference, or else the end of the id: no name and no area of anybody."""
    ref = "".join(letter for letter in facts.ref if letter.isascii() and (letter.isalnum() or letter == "-"))
    return f"receipt-{ref or facts.evidence_id[-12:]}-{facts.verified_at[:16].replace('T', '-').replace(':', '-')}.txt"


def _verdict(facts: ReceiptFacts, whole: int) -> Page:
    if whole < len(facts.entries) or facts.files_whole < facts.files:
        words = "Something of this record is not as it was written. Tell whoever looks after the office’s server."
        return {"kind": "failed", "words": words}
    if facts.waiting:
        count = counted(facts.waiting, "entry", "entries")
        return {
            "kind": "attention",
            "words": f"{count} on this record {is_are(facts.waiting)} here and not taken in yet.",
        }
    return {"kind": "safe", "words": "The office holds this record, each entry as it was written."}


def _told(facts: ReceiptFacts, whole: int) -> list[str]:
    found = "they are those that were computed when it was written" if whole == len(facts.entries) else "some differ"
    told = [
        f"Each entry was read from the database now, and its hashes computed anew: {found}.",
        "What is still only on a tablet cannot be counted here. The tablet’s own receipt says so.",
    ]
    if facts.files:
        told.insert(1, "Each file was read from the disk and compared with the hash in its entry.")
    return told


def _files(facts: ReceiptFacts) -> str:
    if not facts.files:
        return "None"
    return f"{facts.files_whole} of {counted(facts.files, 'file', 'files')} verified"


def _entry(number: int, one: EntryFacts) -> Page:
    what = RECORD_TYPE_WORDS.get(one.record_type, "a part of it")
    when = moment_in_words(one.at)
    who = f"{one.by} {DONE_WORDS.get(one.kind, 'wrote')} {what}. It reached the office on {when}."
    return {
        "number": str(number),
        "words": who if one.by else f"{what[:1].upper()}{what[1:]} came with the review pack on {when}.",
        "standing": STANDING_WORDS[one.standing],
        "hash": one.header_hash,
        "short": one.header_hash[:SHORT],
    }
