"""The pages of central, from their own page shapes, with invented facts and odd words; each whole and as a swap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fieldwork.domain.conflicts import ConflictFacts, VersionFacts
from fieldwork.domain.evidence import BlockFacts, CodingFacts, FileFacts, Happened, Labels, RecordFacts, Version
from fieldwork.domain.export_job import ExportJob
from fieldwork.domain.record_receipts import EntryFacts, ReceiptFacts
from fieldwork.domain.sealed_copy import TakenIn
from fieldwork.domain.tablet_contact import TabletContact
from fieldwork.domain.tablet_report import TabletReport
from fieldwork.pages import (
    concerns,
    conflicts,
    evidence,
    exports,
    held,
    looking,
    people,
    questions,
    record_receipts,
    removing,
    reviews,
    sealed_copies,
    sign_in,
    still_ours,
    tablet_contacts,
    team,
    visits,
)
from fieldwork.pages.frame import DONE, field, frame, summary

Context = dict[str, Any]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ID = "0193c7a0-0000-7000-8000-000000000001"
ODD = '<b>He\'s "cold" & wet</b>\n\u202eevil ŵ 👨‍👩‍👧 {{ no }}'


def cases() -> dict[str, list[Context]]:
    """Every page of central by its template."""
    found: dict[str, list[Context]] = {}
    for template, shown in _pages():
        for whole in (True, False):
            found.setdefault(template, []).append(_around(shown, whole) | shown)
    for words in ("", "1 new record has arrived."):
        found.setdefault("visits/_arrived.html", []).append({"arrived": _arrived() | {"words": words}})
    found["exports/_progress.html"] = [_job("running", ())]
    return found


def _around(shown: Context, whole: bool) -> Context:
    return frame(
        whole=whole,
        assets="/a/made-up-release",
        csrf="an-invented-token",
        title=shown["title"],
        place=shown.get("place", ""),
        current="reviews",
        name="" if "sign_in_name" in shown and "password" in shown else "Maren Hollowby",
        is_administrator=True,
        done=sorted(DONE)[len(shown["title"]) % len(DONE)],
        problems=summary({"reason": "Enter why"}),
    )


def _pages() -> list[tuple[str, Context]]:
    return [
        ("sign_in/show.html", sign_in.sign_in(typed_name=ODD, next_path="/x", faults={"password": sign_in.WRONG})),
        ("account/show.html", sign_in.account(name="Maren Hollowby", sign_in_name="a@b.example", ends="Soon.")),
        ("home/show.html", reviews.home([(ID, "Children's lives", "Visits, 2025", ["lead"])], is_administrator=False)),
        ("home/show.html", reviews.home([], is_administrator=True)),
        *[("reviews/show.html", _review(reads)) for reads in (True, False)],
        *[("visits/show.html", _visit(count)) for count in (0, 1, 2)],
        *[("evidence/show.html", _record_page(may)) for may in (True, False)],
        ("evidence/show.html", _record_page(True) | {"names": _names(words=False, again=False)}),
        ("evidence/show.html", _record_page(True) | {"names": looking.NOTHING_TO_LOOK_AT | {"done": True}}),
        ("visits/team.html", _team()),
        ("evidence/choose_words.html", removing.choose(ID, _blocks())),
        ("evidence/name_words.html", _name_words()),
        ("evidence/confirm_removal.html", _confirm()),
        ("evidence/removed.html", _removed()),
        *[("held/browse.html", _held(count)) for count in (0, 3)],
        *[("conflicts/show.html", _conflict(count)) for count in (0, 2, 3)],
        *[("conflicts/browse.html", _conflicts(count)) for count in (0, 2)],
        *[("record_receipts/show.html", _receipt(count)) for count in (0, 2)],
        *[("questions/show.html", _question(count)) for count in (0, 2)],
        ("people/browse.html", people.browse([_account(None), _account(NOW)])),
        ("people/draft.html", people.draft([(ID, "Idwal Pennistow, Area A")], {"name": ODD}, {"name": "Enter"})),
        *[
            ("people/show.html", people.show(_account(off), [_device(NOW)], is_self=False, alarm_after=DAY, now=NOW))
            for off in (None, NOW)
        ],
        ("people/secret.html", _secret()),
        ("devices/browse.html", people.devices([_device(None), _device(NOW)], alarm_after=DAY, now=NOW)),
        ("devices/browse.html", people.devices([], alarm_after=DAY, now=NOW, given=ODD, faults={"hours": "Enter"})),
        (
            "devices/browse.html",
            people.devices([_device(None)], alarm_after=DAY, now=NOW, restored=people.RestoreLine(NOW, NOW, 12)),
        ),
        (
            "devices/browse.html",
            people.devices([replace(_device(None), reading_waits=True)], alarm_after=DAY, now=NOW),
        ),
        ("devices/still_ours.html", still_ours.still_ours([], now=NOW)),
        ("devices/still_ours.html", still_ours.still_ours([_device(None)] * 51, now=NOW, error="Choose")),
        ("devices/confirm.html", people.confirm_revoke(_device(None), alarm_after=DAY, now=NOW)),
        ("exports/browse.html", _exports()),
        ("exports/show.html", _job("running", ())),
        ("exports/show.html", _job("done", (("evidence.xlsx", "2.4 MB"),))),
        ("exports/show.html", _job("failed", ())),
        *[("concerns/show.html", _concerns(count)) for count in (0, 1, 2)],
        *[("sealed_copies/draft.html", shown) for shown in _sealed_copies()],
        ("errors/problem.html", _problem()),
    ]


def _review(reads: bool) -> Context:
    visit = reviews.VisitLine(ID, "A", "closed", "2025-02-10", "2025-02-14", ["lead"], 5)
    return reviews.show(
        review_id=ID,
        title="Children's lives",
        series="Visits, 2025",
        theme="Who is heard",
        questions=[("1", "Why do children leave?"), ("2", ODD)],
        visits=[visit],
        people=31,
        roles=["lead", "researcher"],
        reads_evidence=reads,
        exports=reads,
        concerns=not reads,
    )


def _visit(count: int) -> Context:
    line = visits.EvidenceLine(ID, {"ref": "A-01", "type": "x", "source_role": "child"}, _activity(), 3, "seen", False)
    return visits.show(
        visit_id=ID,
        letter="A",
        review_id=ID,
        review_title="Children's lives",
        fields={"status": "closed", "on_site_from": "2025-02-10", "notified_on": "2025-01-27"},
        team=[visits.TeamLine("Idwal Pennistow", "inspector", "education", "Ofsted", True)],
        evidence=[line] * count,
        activity_types={"x": "Child's interview"},
        withdrawn_from_use=count,
        not_screened=1,
        position=12,
        held=count,
        conflicts=count,
        tablets=_board(count) if count != 1 else None,
    )


def _board(count: int) -> Context:
    lines = [
        tablet_contacts.TabletLine(ODD, "Idwal", standing, NOW - 2 * DAY, revoked_at, NOW - 2 * DAY, waiting, 5, False)
        for standing in ("on_the_team", "part_ended", "elsewhere")
        for revoked_at in (None, NOW)
        for waiting in (None, 0, 14)
    ]
    return tablet_contacts.board(lines[: count * 9], [ODD, ""][:count], alarm_after=DAY, on_site=True, now=NOW)


def _team() -> Context:
    ended = "2026-11-22T09:00:00.000Z"
    parts = [
        team.PartLine(ID, "Idwal", "inspector", "health", at, me)
        for at, me in (("", False), ("", True), (ended, False))
    ]
    return team.show(
        visit_id=ID, letter="A", parts=parts, people=[(ID, "O'Hara")], operation=ID, given={"role": "lead"}, faults={}
    )


def _activity() -> Context:
    return {"date": "2025-02-11", "start": "10:05", "end": "12:00", "mode": "phone", "present": [{"role": "child"}]}


def _blocks() -> list[BlockFacts]:
    coding = CodingFacts(ID, 3, 7, "He's", "<b>", " ", "RSN-01", "mixed", "school", "")
    return [
        BlockFacts("b1", "verbatim", "child", 5, "1.1", [Version(ODD, "A"), Version("Other.", "B")], [coding]),
        BlockFacts("b2", "observation", "", 0, "", [], [], removal=_happened("redact")),
        BlockFacts("b3", "inspector_thought", "", None, "", [Version("A thought", "A")], [], differences=["kind"]),
    ]


def _happened(kind: str, imported: bool = False) -> Happened:
    return Happened("" if imported else "Maren", "2026-11-22T09:00:00.000Z", kind, "block", "erasure", imported)


def _record_page(may: bool) -> Context:
    facts = RecordFacts(
        evidence_id=ID,
        letter="A",
        fields={
            "ref": "A-01",
            "type": "x",
            "recorded_when": "from_memory_after_loss",
            "loss_incident": {"extent": ODD},
        },
        activity=_activity(),
        consents=[{"status": "given", "agrees": {"quotation": False, "notes": True}, "restriction": "no quotation"}],
        blocks=_blocks() if may else [],
        files=[FileFacts(ID, ODD, "application/pdf", 3_000_000)],
        history=[_happened("create", True), _happened("create"), _happened("revise"), _happened("redact")],
        seen_standing="changed" if may else "unseen",
        seen_name="Maren",
        seen_at="2026-11-22T09:00:00.000Z",
        screened=False,
        differences=[("language", ID)],
        decides=may,
        files_kept_back=0 if may else 1,
        codings_kept_back=0 if may else 2,
        labels=Labels({"x": "Child's interview"}, {"child": "Child"}, {}, {"RSN-01": "Late"}),
    )
    return {
        "title": evidence.title_of(facts),
        "place": "Area A",
        "visit": {"href": f"/visits/{ID}", "words": "Area A: all records"},
        "record": evidence.record(facts),
        "arrived": _arrived(),
        "names": _names(words=True, again=True) if may else looking.NOTHING_TO_LOOK_AT,
        "seeing": {"may": may, "action": f"/evidence/{ID}/seen", "operation": ID, "heads": ID},
        "receipt_href": f"/evidence/{ID}/receipt" if may else "",
        "removal_href": f"/evidence/{ID}/removal" if may else "",
        "upload": {"action": f"/evidence/{ID}/files", "operation": ID, "file": field("file", "Add a file")},
    }


def _names(*, words: bool, again: bool) -> Context:
    return looking.names(
        evidence_id=ID,
        operation=ID,
        shown=f"{ID}:ref,text",
        words=words,
        looked=again,
        again=again,
        kept=[("document", ODD), ("note on code RSN-01", "Late")] if words else [],
        files=[FileFacts(ID, ODD, "text/plain", 9), FileFacts("x", "a plan.pdf", "application/pdf", 3_000_000)],
        error="Choose the files" if again else "",
    )


def _arrived() -> Context:
    return visits.arrived(visit_id=ID, position=12, told=0, new=0, changed=0)


def _name_words() -> Context:
    return removing.name_words(
        evidence_id=ID,
        block=_blocks()[0],
        operation=ID,
        words=f"\n{ODD}",
        instead="",
        reason="erasure",
        reasons=["erasure", "disclosure"],
        faults={"words": "Enter the words"},
    )


def _confirm() -> Context:
    return removing.confirm(
        evidence_id=ID,
        block_id=ID,
        operation=ID,
        words=ODD,
        instead="[removed]",
        reason="erasure",
        text_after="What is left.",
        operations=3,
        codings=2,
        swallowed=1,
    )


def _removed() -> Context:
    return removing.removed(evidence_id=ID, operations=3, elsewhere=[("/evidence/x", "A-02: a part of it")])


def _held(count: int) -> Context:
    line = held.HeldLine(ID, "Dewi", "block", "not_assigned", "2026-11-22T09:00:00.000Z", ODD, True)
    more = [replace(line, left=ODD), replace(line, code="gap", releasable=False)] if count else []
    return held.browse(
        visit_id=ID,
        letter="A",
        lines=[line] * count + more,
        operation=ID,
        faults={"reason": "Enter"},
        about=ID,
        reason=ODD,
    )


def _conflict(count: int) -> Context:
    came = "2026-11-22T09:00:00.000Z"
    says: list[object] = [ODD, f"Before. {ODD}", None]
    texts = [VersionFacts(f"op{n}", says[n], "O'Hara", came, came, "tablet") for n in range(count)]
    kinds = [VersionFacts("k1", "verbatim", "", "", came, "pack"), VersionFacts("k2", "x_y", "B", "", came, "office")]
    fields = {"text": texts, "kind": kinds} if count else {}
    facts = ConflictFacts(ID, "block", ID if count < 3 else "", ID, "A", ["a", "b"], fields, Labels())
    given = {"choice-text": "own", "own-text": ODD} if count == 3 else None
    return conflicts.show(facts, operation=ID, given=given, faults={"own-text": "Write"} if count == 3 else None)


def _conflicts(count: int) -> Context:
    return conflicts.browse(visit_id=ID, letter="A", lines=[(ID, ODD, ["text", "kind"])] * count)


def _receipt(count: int) -> Context:
    came = "2026-11-22T09:00:00.000Z"
    entries = [
        EntryFacts(f"{n}" * 64, "block", kind, by, came, standing)  # type: ignore[arg-type]
        for n, (kind, by, standing) in enumerate(
            [("create", "O'Hara", "whole"), ("redact", "B", "words_removed"), ("create", "", "differs")]
        )
    ]
    return record_receipts.show(ReceiptFacts(ID, "A", "A-01", ODD, entries[: 1 + count], count, count, 1, came))


def _question(count: int) -> Context:
    line = questions.PassageLine(
        ID, ID, "A", "A-01", "child", "from_memory_after_loss", ODD, "x" * 32, "", "RSN-01", "mixed", "family",
        ["Do not quote these words."], "verbatim", "Child",
    )  # fmt: skip
    return questions.show(
        review_id=ID,
        review_title="Children's lives",
        number="1",
        text="Why?",
        codes={"RSN-01": "Late", "RSN-02": "Later"},
        counts=[("RSN-01", "A", "child", count)] if count else [],
        passages=[line] * count if count == 1 else [line],
        next_after=questions.After("A", "A-01", ID) if count else None,
        is_first=not count,
        code="RSN-01" if count else "",
        withdrawn_from_use=count,
        not_screened=0,
    )


def _account(disabled_at: datetime | None) -> people.AccountLine:
    parts = [("lead", "Area A", False), ("inspector", "Area B", True)]
    return people.AccountLine(ID, "Maren", "a@b.example", True, True, disabled_at, parts)


def _device(revoked_at: datetime | None) -> people.DeviceLine:
    found = {"found_empty": True, "restored": 3, "repaired": 0, "copied": 0, "lost_streams": 1, "drafts_unopened": 1}
    reports = [
        TabletReport(UUID(ID), UUID(ID), NOW, "2026-11-20T09:00:00.000Z", lost=lost, damaged=0, certain=lost == 0,
                     journal_damaged_bytes=lost, persisted=False, **found)
        for lost in (0, 2)
    ]  # fmt: skip
    contact = TabletContact(
        UUID(ID), NOW, "0f3c9a6b", 14, "2026-11-20T09:00:00.000Z", 2 * 86_400, attention=1, drafts=1, persisted=False
    )
    return people.DeviceLine(ID, "Idwal", ODD, NOW, revoked_at, None if revoked_at else contact, reports)


def _secret() -> Context:
    return people.secret(title="A code", told=["Once."], words="ABCD-EFGH", back_href="/people", back_words="Back")


def _export_job(state: str) -> ExportJob:
    job = UUID(ID)
    return ExportJob(job, job, "xlsx", job, NOW, state, 3, 9, None, "0" * 64, ODD)  # type: ignore[arg-type]


def _exports() -> Context:
    jobs = [_export_job(state) for state in ("waiting", "running", "done", "failed")]
    return exports.browse(review_id=ID, review_title="Children's lives", jobs=jobs, names={ID: "Maren"})


def _job(state: str, files: tuple[tuple[str, str], ...]) -> Context:
    return exports.show(_export_job(state), review_id=ID, asked_by="Maren", files=files, ends=NOW)


def _concerns(count: int) -> Context:
    one = concerns.ConcernLine("A", ODD, "2026-11-22T08:30:00Z", "A child", "Kitchen", "2026-11-22T09:00:00Z")
    opened = [one] if count == 2 else []
    return concerns.show(review_id=ID, review_title="Lives", count=count, concerns=opened, error="", reason="")


def _sealed_copies() -> list[Context]:
    came = TakenIn(False, "2026-11-22T09:00:00.000Z", 3, 1, 1, 2, 1)
    return [
        sealed_copies.draft(),
        sealed_copies.draft(error=sealed_copies.NOT_A_COPY),
        sealed_copies.draft(name=ODD, taken=came, visits=[("A", ID)]),
        sealed_copies.draft(name="x.fieldwork", taken=TakenIn(True, "2026-11-22T09:00:00.000Z", stored=1)),
    ]


def _problem() -> Context:
    link = {"href": "/", "words": "Go to your reviews"}
    return {"title": "Page not found", "sentence": "There is none.", "what_to_do": "Go back.", "link": link}
