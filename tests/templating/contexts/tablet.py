"""The tablet's pages, with contexts as its page shapes make them: with much in them, with nothing in them, and with problems."""

from __future__ import annotations

from typing import Any

from tests.web.styleguide import pages

Context = dict[str, Any]
STYLEGUIDE = pages("/a/made-up-release")
FRAME = {
    name: STYLEGUIDE["styleguide/capture.html"][name]
    for name in ("assets", "csrf", "title", "problems", "notices", "bar", "foot")
}
WRITER = STYLEGUIDE["styleguide/capture.html"]["writer"]
BLOCKS = STYLEGUIDE["styleguide/capture.html"]["blocks"]
ROWS = STYLEGUIDE["styleguide/show.html"]["rows"]
CARDS = STYLEGUIDE["styleguide/show.html"]["cards"]
FACTS = [{"key": "On site", "value": "10 to 14 February 2025"}, {"key": "Team", "value": "Maren Hollowby & others"}]
VALENCES = [
    {"value": "neutral", "words": "Neutral", "chosen": True},
    {"value": "weakness", "words": "Weakness", "chosen": False},
]
MAY_DELETE = "This tablet may delete notes when it runs out of space. Send often."
CODE = {
    "id": "code-VOX-01",
    "ref": "VOX-01",
    "label": "Child on school",
    "meaning": "What children say about school.",
    "not": "A grown-up speaks for the child.",
}


def cases() -> dict[str, list[Context]]:
    """Every page whole and as a swap; fragments as they are."""
    found = {
        "activities/draft.html": [_start(), _start("Choose what kind of activity this is")],
        "blocks/edit.html": [_edit([]), _edit(_conflict(own=True)["fields"][0]["versions"])],
        "codings/draft.html": [_coding(), _coding(empty=True)],
        "codings/show.html": [
            {"facts": FACTS, "back_href": "/tablet/evidence/1", "withdraw_action": "/tablet/codings/1/withdraw"}
        ],
        "conflicts/listed_on_tablet.html": [_conflicts(ROWS), _conflicts([])],
        "conflicts/on_tablet.html": [_conflict(own=True), _conflict(own=False)],
        "enrolment/draft.html": [_enrolment(""), _enrolment("Enter the code from the office")],
        "enrolment/refused.html": [
            _refused(""),
            _refused({"href": "/tablet/visits/1", "words": "Back to the visit"}),
            _refused("", 3),
        ],
        "locking/show.html": [_locking(""), _locking("Choose from 2 to 15 minutes")],
        "passkeys/draft.html": [_passkey_draft(True), _passkey_draft(False)],
        "passkeys/show.html": [_ways(True), _ways(True, "That is not the passphrase"), _ways(False)],
        "people/on_tablet.html": [_people()],
        "readable_copies/show.html": [_readable(True), _readable(False)],
        "record_receipts/on_tablet.html": [_receipt(True), _receipt(False)],
        "sealed_copies/show.html": [_sealed_copy(True), _sealed_copy(False)],
        "two_counts/show.html": [_two_counts(True), _two_counts(False)],
        "evidence/capture.html": [_capture([]), _capture([_block(block) for block in BLOCKS])],
        "evidence/on_tablet.html": [_record(), *_looks()],
        "finding_words/show.html": [_find([]), _find([_hit()])],
        "only_here/show.html": [_only_here(True), _only_here(False)],
        "problems/show.html": [
            {"words": "There is nothing at this address.", "back": {"href": "/tablet/", "words": "Visits"}}
        ],
        "unlocking/show.html": [_locked(""), _locked("That is not the passphrase")],
        "visits/assigned.html": [
            {"lead": "Idwal Pennistow. 1 visit is assigned to you.", "rows": ROWS, "empty": "", "standing": ""},
            {"lead": "Nobody.", "rows": [], "empty": "No visit is assigned to you.", "standing": MAY_DELETE},
        ],
        "visits/on_tablet.html": [_visit(True), _visit(False)],
    }
    both = {
        name: [FRAME | context | {"whole": whole} for context in contexts for whole in (True, False)]
        for name, contexts in found.items()
    }
    return both | {
        "blocks/added.html": [{"block": _block(BLOCKS[2])}, {"block": _block(BLOCKS[2], versions=2)}],
        "blocks/list.html": [_list([]), _list([_block(block) for block in BLOCKS])],
    }


def _field(name: str, label: str, value: str = "", hint: str = "", error: str = "") -> Context:
    return {"name": name, "label": label, "value": value, "hint": hint, "error": error}


def _choice(value: str, words: str, chosen: bool = False) -> Context:
    return {"value": value, "words": words, "chosen": chosen}


def _start(problem: str = "") -> Context:
    return {
        "problems": [{"href": "#type", "words": problem}] if problem else [],
        "action": "/tablet/visits/1/activities",
        "back_href": "/tablet/visits/1",
        "ids": [{"name": "activity", "value": "1"}],
        "type": _field("type", "What kind of activity is it?", error=problem),
        "types": [_choice("", "Choose one", True), _choice("child_interview", "Child interview")],
        "source_role": _field("source_role", "Whose account is it?", error=problem),
        "source_roles": [_choice("child", "Child"), _choice("parent", "Parent or carer")],
        "tracked_child": _field("tracked_child", "Which tracked child is it about?"),
        "children": [_choice("", "No tracked child", True), _choice("A-C01", "A-C01")],
        "restrictions": ["A-C01: Do not quote these words."] if problem else [],
        "mode": _field("mode", "How do you meet?"),
        "modes": [_choice("in_person", "In person", True)],
        "place_kind": _field("place_kind", "What kind of place is it?"),
        "place_kinds": [_choice("home", "Home", True)],
        "date": _field("date", "Date", "2025-02-11"),
        "start": _field("start", "Time it began", "10:05", error="Enter the time it began, such as 10:05"),
        "recorded_when": _field("recorded_when", "When are you writing this?", hint="The record says so."),
        "recorded_whens": [_choice("at_the_time", "At the time", True)],
    }


def _edit(versions: list[Context]) -> Context:
    return {
        "action": "/tablet/blocks/1",
        "withdraw_action": "/tablet/blocks/1/withdraw",
        "back_href": "/tablet/evidence/1#block-1",
        "versions": versions,
        "compared": "Words that differ are underlined." if versions else "",
        "writer": WRITER | {"text": "\nThe line.", "base": '["1"]', "shown": '{"text":"“<&>”"}', "people": [_choice("", "Nobody", True)]},
    }  # fmt: skip


def _coding(empty: bool = False) -> Context:
    return {
        "back_href": "/tablet/evidence/1#block-1",
        "action": "/tablet/blocks/1/codings",
        "search_action": "/tablet/blocks/1/code",
        "start": "4",
        "end": "9",
        "revision": "1",
        "before": "The ",
        "quote": "<line>",
        "after": ".",
        "sentences": [] if empty else [_choice("0", "The line.", True), _choice("1", "Nobody asked.")],
        "already": [] if empty else [{"ref": "VOX-01", "label": "Child", "by": "coded by Idwal", "href": "/tablet/codings/1"}],
        "valences": VALENCES,
        "agencies": [_choice("", "Not said", True)],
        "memo": "" if empty else "Said flat.",
        "search": "" if empty else "school",
        "found": "No code has these words" if empty else "",
        "groups": [{"title": "" if empty else "Used last", "list": [CODE, CODE | {"id": "code-2", "not": ""}]}],
        "rest": [] if empty else [CODE | {"id": "code-3"}],
        "rest_title": "All other codes (1)",
    }  # fmt: skip


def _enrolment(problem: str) -> Context:
    return {
        "problems": [{"href": "#code", "words": problem}] if problem else [],
        "code": _field("code", "Code from the office", error=problem),
        "lead": "You do this once, with a connection.",
        "back_href": "/tablet/unlock" if problem else "",
        "again": ""
        if problem
        else "If this tablet was set up before and asks again, this window did not keep what was stored.",
        "label": _field("label", "Name of this tablet", "Idwal’s tablet"),
        "passphrase": _field("passphrase", "Passphrase", hint="At least 14 characters."),
    }


def _refused(back: str | dict[str, str], waiting: int = 0) -> Context:
    return {
        "title": "This window does not keep notes",
        "sentences": ["The browser gives Fieldwork very little room here.", "Nothing is lost."],
        "steps": ["Open Fieldwork in an ordinary window.", "Touch “Share”, then “Add to Home Screen”."],
        "waiting": {
            "words": f"{waiting} changes are in this window only.",
            "send_action": "/tablet/only-here",
            "copy_action": "/tablet/sealed-copy",
        }
        if waiting
        else "",
        "back": back,
    }


def _locking(problem: str) -> Context:
    return {
        "problems": [{"href": "#minutes", "words": problem}] if problem else [],
        "minutes": _field("minutes", "Lock when nobody has used it for", hint="For everybody.", error=problem),
        "choices": [{"hint": ""} | _choice("2", "2 minutes"), {"hint": ""} | _choice("5", "5 minutes", chosen=True)],
        "action": "/tablet/locking",
        "back_href": "/tablet/only-here",
    }


def _passkey(asks: str, hint: str = "", error: str = "") -> Context:
    return {
        "asks": asks,
        "action": "/tablet/unlock/passkey" if asks == "unlock" else "/tablet/passkeys",
        "words": "Unlock with this tablet’s fingerprint, face or PIN",
        "hint": hint,
        "error": error,
        "more": "Nothing has been deleted.",
        "credential": "AAEC+/8=",
        "salt": "AAECAwQF",
        "transports": "internal hybrid",
        "handle": "AAEC",
        "name": 'Maren "Ren" <Holt>',
    }


def _passkey_draft(proven: bool) -> Context:
    problem = "Nothing was added. You cancelled" if proven else ""
    return {
        "problems": [{"href": "#passkey", "words": problem}] if proven else [],
        "lead": "This tablet can ask for its own fingerprint, face or PIN.",
        "warning": "Add this only if that is you alone.",
        "leave_action": "/tablet/passkeys/leave",
        "passphrase": "" if proven else _field("passphrase", "Your passphrase", hint="So that nobody else adds a way."),
        "passphrase_action": "/tablet/passkeys/passphrase",
        "passkey": _passkey("add", error=problem) if proven else "",
    }


def _ways(has: bool, error: str = "") -> Context:
    return {
        "problems": [{"href": "#passphrase", "words": error}] if error else [],
        "passphrase": "Your passphrase always opens your notes.",
        "lead": "This is called a passkey.",
        "standing": "You added it on 11 February 2025." if has else "You have not added it.",
        "before_removing": "Be sure that you know your passphrase." if has else "",
        "remove": {
            "action": "/tablet/passkeys/remove",
            "credential": "AAEC+/8=",
            "passphrase": _field("passphrase", "Your passphrase", error=error),
        }
        if has
        else "",
        "add_href": "" if has else "/tablet/passkeys/new",
        "back_href": "/tablet/only-here",
    }


def _people() -> Context:
    return {
        "people": [{"person": "1", "name": "Idwal Pennistow"}, {"person": "2", "name": "Maren <Holt>"}],
        "action": "/tablet/people",
        "enrol_href": "/tablet/enrol",
        "back_href": "/tablet/unlock",
    }


def _block(block: Context, versions: int = 1) -> Context:
    shown = block | {
        "revision": "1",
        "acts": [{"href": "/tablet/blocks/1/edit", "words": "Change", "about": "“The line.”"}],
    }
    return {
        "id": "1",
        "conflict": "Two people wrote here at the same time." if versions > 1 else "",
        "conflict_href": "/tablet/conflicts/1" if versions > 1 else "",
        "version_words": ["Maren wrote:", "Idwal wrote:"],
        "versions": [shown | {"id": f"{block['id']}-{index}"} for index in range(versions)],
    }


def _list(blocks: list[Context]) -> Context:
    return {"blocks": blocks, "fresh_href": "/tablet/evidence/1/blocks"}


def _capture(blocks: list[Context]) -> Context:
    return {
        "consent": ["Do not quote these words."] if blocks else [],
        "standing": MAY_DELETE if blocks else "",
        "finish_action": "/tablet/evidence/1/finish",
        "blocks": blocks,
        "fresh_href": "/tablet/evidence/1/blocks",
        "writer": WRITER | {"others": [] if blocks else WRITER["others"]},
        "prompts": STYLEGUIDE["styleguide/capture.html"]["prompts"],
    }


def _conflicts(rows: list[Context]) -> Context:
    back = {"href": "/tablet/visits/1", "words": "Back to the visit"}
    return {"back": back, "lead": "There is nothing to decide in this visit.", "rows": rows}


def _others(versions: list[Context]) -> list[Context]:
    return [one | {"id": f"{one['id']}-kind", "title": f"{one['title']}, kind"} for one in versions]


def _conflict(own: bool) -> Context:
    words = [{"text": "It was <cold>", "alone": False}, {"text": " & wet.\n", "alone": True}]
    versions = [
        {"id": f"version-text-{n}", "title": f"Version {n}, Idwal", "when": "Written on this tablet.", "words": words}
        for n in (1, 2)
    ]
    field = {
        "name": "text",
        "title": "The words",
        "compared": "Words that stand in one version only are underlined." if own else "",
        "versions": versions,
        "choice": _field("choice-text", "What should the record say?", error="" if own else "Choose again"),
        "choices": [_choice("", "Keep both for now", True) | {"hint": ""}, _choice("1", "Version 1") | {"hint": ""}],
        "own": _field("own-text", "How it should read", "\nAs typed") | {"began": ""} if own else "",
        "write_href": "" if own else "/tablet/blocks/1/edit",
    }
    return {
        "back": {"href": "/tablet/evidence/1#block-1", "words": "Back to the record"},
        "lead": ["They were written at the same time."],
        "action": "/tablet/conflicts/1",
        "operation": "1",
        "base": "1 2",
        "unsaved": [] if own else ["words <of> mine"],
        "fields": [
            field,
            field
            | {"name": "kind", "versions": _others(versions), "choice": _field("choice-kind", "Which?"), "own": ""},
        ],
    }


def _looks() -> list[dict[str, Any]]:
    """The record with each thing that can be said about the look for names."""
    nothing = {"action": "", "files_elsewhere": ""}
    said = [nothing | {"done": False}, nothing | {"done": True}]
    said += [_names(record_waits=waits, again=False, kept=[], files_elsewhere="") for waits in (True, False)]
    return [_record() | {"names": names} for names in said]


def _names(**more: object) -> dict[str, object]:
    shown = {"operation": "", "shown": "1:text 2:ref,type", "files": []}
    return {"action": "/tablet/evidence/1/screened", "done": False} | shown | more


def _record() -> Context:
    return {
        "back": {"href": "/tablet/visits/1", "words": "Area A"},
        "write_href": "/tablet/evidence/1/write",
        "copy_href": "/tablet/evidence/1/readable-copy",
        "receipt_href": "/tablet/evidence/1/receipt",
        "names": _names(record_waits=True, again=True, kept=FACTS, files_elsewhere="1 file is at the office only."),
        "record": {
            "id": "1",
            "made": "Area A. 11 February 2025. Recorded: at the time. Typed.",
            "labels": ["From memory after loss"],
            "facts": FACTS,
            "consent": ["Do not quote these words."],
            "blocks": [_block(BLOCKS[1]), _block(BLOCKS[2], versions=2)],
            "none": "",
            "files": [],
            "kept_back": [],
            "history": ["Idwal Pennistow wrote the record."],
            "differences": [{"words": "There is more than one version.", "href": "/tablet/conflicts/1"}],
            "state": {"kind": "tablet", "words": "On this tablet"},
            "state_more": "",
        },
    }


def _hit() -> Context:
    words = {"before": "…have to ", "quote": "line", "after": " up <five> times…"}
    return words | {"href": "/tablet/evidence/1#block-1", "words": "A-01 Child interview", "more": "Exact words. Child"}


def _find(hits: list[Context]) -> Context:
    return {
        "asked": "line" if hits else "",
        "error": "" if hits else "Enter at least 2 letters",
        "found": "",
        "hits": hits,
    }


def _only_here(trouble: bool) -> Context:
    look = {"when": "Written on 11 February 2025", "words": "Tell the office.", "where": "It is on this tablet."}
    look |= {"left": "The lead left it out." if trouble else "", "href": "/tablet/evidence/1"}
    return {
        "lead": "3 changes are only on this tablet.",
        "cards": CARDS,
        "drafts": "1 draft is being written." if trouble else "",
        "others": ["Another inspector has 3 changes waiting on this tablet."] if trouble else [],
        "attention": [look] if trouble else [],
        "troubles": ["1 change is in neither copy."] if trouble else [],
        "office": "Connected",
        "storage": "This tablet may delete notes.",
        "warning": trouble,
        "locks": "This tablet locks after 5 minutes without use.",
        "locks_href": "/tablet/locking",
        "ways_href": "/tablet/passkeys",
        "action": "/tablet/only-here",
        "copy": "Save what waits as one file.",
        "copy_action": "/tablet/sealed-copy",
    }


def _readable(made: bool) -> Context:
    return {
        "told": ["A-01 <Child> interview is in record-A-01.txt."],
        "warning": "This file is not sealed.",
        "restrictions": ["Do not quote these words."] if made else [],
        "button": "" if made else "Save the copy",
        "again": "Save this file again" if made else "",
        "action": "/tablet/evidence/1/readable-copy",
        "back": {"href": "/tablet/evidence/1", "words": "Back to the record"},
    }


def _receipt(made: bool) -> Context:
    entry = {"number": "1", "words": "Idwal wrote <it>.", "standing": "Only here", "hash": "a" * 64, "short": "a" * 12}
    return {
        "name": "A-01 Child's interview",
        "place": "Area A",
        "back": {"href": "/tablet/evidence/1", "words": "Back to the record"},
        "verdict": {"kind": "tablet" if made else "safe", "words": "1 entry is only on this tablet."},
        "told": ["An entry counts as safe when the office says so."],
        "facts": FACTS,
        "entries": [entry, entry] if made else [],
        "file": {"href": "", "action": "/tablet/evidence/1/receipt", "words": "Save the receipt as a file"},
        "again": "Save this file again" if made else "",
    }


def _sealed_copy(made: bool) -> Context:
    return {
        "told": ["143 changes are in it.", "Keep this tablet."],
        "drafts": "1 draft is not finished." if made else "",
        "button": "" if made else "Save a sealed copy",
        "again": "Save this file again" if made else "",
        "action": "/tablet/sealed-copy",
        "back": {"href": "/tablet/only-here", "words": "Back to what is only here"},
    }


def _two_counts(differ: bool) -> Context:
    return {
        "lead": "What everybody who uses this tablet has written on it in Area A.",
        "cards": CARDS,
        "verdict": {"kind": "attention" if differ else "safe", "words": "The two sides differ."},
        "differences": ["12 changes have not reached the office. Send now."] if differ else [],
        "only_here": {"href": "/tablet/only-here", "words": "See what is only here"} if differ else "",
        "send_action": "/tablet/visits/1/counts" if differ else "",
        "again_href": "/tablet/visits/1/counts",
        "back": {"href": "/tablet/visits/1", "words": "Area A"},
    }


def _locked(problem: str) -> Context:
    place = {"record": "1", "scope": "visit:1", "evidence": "1", "kind": "verbatim", "speaker": "child"}
    return {
        "problems": [{"href": "#passphrase", "words": problem}] if problem else [],
        "sealed": {
            "title": "Locked",
            "words": "What you wrote is hidden.",
            "write_action": "/tablet/locked-words",
            "unlock_action": "/tablet/unlock",
            "passkey": _passkey("unlock", hint="With the passkey of Idwal Pennistow.", error=problem)
            if problem
            else "",
            "passphrase_label": "Passphrase of Idwal Pennistow" if problem else "Passphrase",
            "others_href": "/tablet/people",
            "copy_href": "/tablet/sealed-copy" if problem else "",
            "saved": {"kind": "tablet", "words": ""},
            "error": problem,
            "text": "words that could not be saved" if problem else "",
            "place": "" if problem else place,
        },
    }


def _visit(full: bool) -> Context:
    contact = {"name": "Front door", "phone": "01632 960110", "phone_href": "tel:01632960110", "more": "24 hours"}
    return {
        "facts": FACTS,
        "start_href": "/tablet/visits/1/activities/new",
        "fresh_href": "/tablet/visits/1",
        "counts_href": "/tablet/visits/1/counts",
        "conflicts": "1 place was written twice at the same time." if full else "",
        "conflicts_href": "/tablet/visits/1/conflicts",
        "days": [{"title": "Tuesday 11 February 2025", "rows": ROWS}] if full else [],
        "withheld": "1 record is not shown: consent was withdrawn." if full else "",
        "children": [{"pseudonym": "A-C01", "more": "Years 3 and 4"}] if full else [],
        "contacts": [contact] if full else [],
    }
