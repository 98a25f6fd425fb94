"""A receipt for one record at the office: every entry and file read and hashed anew, honest about what is not as it was (R2, R3)."""

from __future__ import annotations

import hashlib
import re

from fieldwork.domain.record_receipts import hash_of_all
from fieldwork.store.statements import Tell, Work
from tests.web.office import Office, words_of


def _recorded(office: Office) -> tuple[str, str]:
    tablet = office.tablet_of("A-I2")
    evidence_id = tablet.records(f"visit:{office.visit_id('A')}", "Nobody asked me.", ref="A-77")
    assert {receipt.verdict for receipt in tablet.sends()} == {"stored"}
    return evidence_id, f"/evidence/{evidence_id}/receipt"


def _with_file(office: Office, evidence_id: str, contents: bytes) -> None:
    lead, address = office.signed_in("lead"), f"/evidence/{evidence_id}"
    page = lead.opens(address)
    operation = page.split(f'action="{address}/files"')[1].split('name="operation" value="')[1].split('"')[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = lead.post(
        f"{address}/files",
        {"operation": operation, "csrf_token": token[1]},
        files={"file": ("plan.txt", contents, "text/plain")},
    )
    assert answer.status_code == 303


def _alters(office: Office, sql: str, *values: object) -> None:
    def work() -> Work[None]:
        yield Tell(sql, [values])

    office.run(office.central.log.in_one_transaction, work)


def test_R2_a_receipt_counts_every_entry_and_file_and_names_their_hashes(office: Office) -> None:
    evidence_id, address = _recorded(office)
    _with_file(office, evidence_id, b"What was agreed.\n")
    inspector = office.signed_in("inspector")

    page = inspector.opens(address)

    shown = words_of(page)
    assert "5 of 5 entries verified" in shown
    assert "1 of 1 file verified" in shown
    assert "22 November 2026 at 9:00am, by the office’s clock" in shown
    assert "The office holds this record, each entry as it was written." in shown
    hashes = [
        row[0]
        for row in office.ask(
            "SELECT header_hash FROM operation_evidence o JOIN stream s ON s.id = o.stream_id WHERE s.person <> ''"
            " AND record_type IN ('activity', 'evidence', 'block', 'file')"
        )
    ]
    assert len(hashes) == 5
    assert all(one[:12] in shown for one in hashes)
    assert hash_of_all(hashes) in shown
    assert "Nobody asked me." not in page
    assert address in inspector.opens(f"/evidence/{evidence_id}")


def test_R2_a_receipt_can_be_kept_as_a_file_without_a_word_of_the_record(office: Office) -> None:
    evidence_id, address = _recorded(office)

    answer = office.signed_in("inspector").get(f"{address}.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="receipt-A-77-2026-11-22-09-00.txt"'
    text = answer.content.decode("utf-8-sig")
    assert f"Record: {evidence_id}" in text
    [[header]] = office.ask("SELECT header FROM operation_evidence WHERE record = ? AND kind = 'create'", evidence_id)
    assert hashlib.sha256(bytes(header)).hexdigest() in text
    assert "Nobody asked me." not in text


def test_R2_a_receipt_never_says_of_changed_bytes_that_they_are_as_they_were_written(office: Office) -> None:
    evidence_id, address = _recorded(office)
    _with_file(office, evidence_id, b"What was agreed.\n")
    lead = office.signed_in("lead")
    [kept] = [path for path in office.settings.files.rglob("*") if path.is_file()]

    kept.write_bytes(b"What was not agreed.\n")
    assert "0 of 1 file verified" in words_of(lead.opens(address))
    kept.unlink()
    assert "0 of 1 file verified" in words_of(lead.opens(address))
    other = b'{"salt":"00000000000000000000000000000000","fields":{"text":"Other."}}'
    _alters(
        office,
        "UPDATE operation_evidence SET body = ? WHERE record IN (SELECT record FROM record WHERE parent = ?)"
        " AND record_type = 'block'",
        other,
        evidence_id,
    )

    shown = words_of(lead.opens(address))

    assert "4 of 5 entries verified" in shown
    assert "Something of this record is not as it was written." in shown
    assert "The office holds this record" not in shown


def test_what_was_removed_is_said_and_still_verifies(office: Office) -> None:
    evidence_id, address = _recorded(office)
    [[block_id, operation]] = office.ask(
        "SELECT o.record, o.operation FROM operation_evidence o JOIN record r ON r.record = o.record"
        " WHERE r.parent = ? AND o.record_type = 'block'",
        evidence_id,
    )
    tablet, scope = office.tablet_of("A-I2"), f"visit:{office.visit_id('A')}"
    again = {"evidence": evidence_id, "kind": "verbatim", "text": "[removed] asked me."}
    tablet.writes(scope, "block", again, kind="revise", record=block_id, base=(operation,))
    tablet.writes(scope, "block", {}, kind="redact", record=block_id, redacts=(operation,), reason="erasure")
    assert {receipt.verdict for receipt in tablet.sends()} == {"stored"}

    shown = words_of(office.signed_in("lead").opens(address))

    assert "Its words were removed; what says who and when is as it was written" in shown
    assert "The office holds this record, each entry as it was written." in shown


def test_an_entry_that_was_not_taken_in_is_counted_and_not_passed_over(office: Office) -> None:
    evidence_id, address = _recorded(office)
    stranger = office.tablet_of("B-I2")
    stranger.writes(f"visit:{office.visit_id('A')}", "evidence", {"ref": "X"}, kind="revise", record=evidence_id)
    assert {receipt.code for receipt in stranger.sends()} == {"not_assigned"}

    shown = words_of(office.signed_in("lead").opens(address))

    assert "1 entry on this record is here and not taken in yet." in shown
    assert "4 of 4 entries verified" in shown


def test_a_receipt_is_for_the_visits_team_alone(office: Office) -> None:
    _, address = _recorded(office)

    for who in ("researcher", "safeguarding", "administrator"):
        browser = office.signed_in(who)
        assert browser.get(address).status_code == (403 if who == "researcher" else 404)
        assert browser.get(f"{address}.txt").status_code == (403 if who == "researcher" else 404)


def test_R4_the_hash_of_all_entries_says_nothing_of_their_order_and_of_being_sent_twice() -> None:
    one, other = "1" * 64, "2" * 64

    assert hash_of_all([one, other]) == hash_of_all([other, one, other])
    # The tablet comes to the same one: tests/tablet/record_receipts.test.js.
    assert hash_of_all([one, other]) == "f5404fd407075eb9ef6261cbfc12da4cbe2906c3a04dcffd2be12daa6a475c89"
