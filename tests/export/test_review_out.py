"""What went in comes out: every coding, record and block of the demonstration review, computed again from the pack itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from fieldwork.export.review import FORMATS, export_review
from fieldwork.export.tables import CODINGS
from fieldwork.store import coded_evidence
from tests.export.conftest import Office
from tests.export.reading import about_json_of, about_of, csv_of, everything_in, sheets_of

pytestmark = pytest.mark.anyio

NOT_IN_PACK = "not stated in the pack"
WHEN = {
    "at_the_time": "at the time",
    "within_24h": "within 24 hours",
    "from_memory_after_loss": "from memory after loss",
}


def used(office: Office) -> list[dict[str, Any]]:
    """The pack's records to whose use consent stands, in the order of the export."""
    return sorted(
        (e for e in office.pack.evidence.values() if "quarantine" not in e), key=lambda e: (e["area"], e["id"])
    )


def restrictions_of(evidence: dict[str, Any]) -> str:
    words = {"quotation": "no quotation", "recording": "no recording", "photo": "no photo", "named": "not named"}
    agreed = [consent["agrees"] for consent in evidence["consent"]]
    if not agreed:
        return "no consent recorded"
    notes_only = any(not (a["quotation"] or a["recording"] or a["photo"]) for a in agreed)
    said = ["notes only"] if notes_only else []
    return "; ".join(said + [words[name] for name in words if not all(a[name] for a in agreed)])


def codings_of(office: Office) -> list[dict[str, Any]]:
    """What each row must say, straight from the pack."""
    review = office.pack.review
    codes = {code["ref"]: code for code in review["codebook"]["codes"]}
    families = {family["ref"]: family["label"] for family in review["codebook"]["families"]}
    types = {each["ref"]: each["label"] for each in review["activity_types"]}
    expected: list[dict[str, Any]] = []
    for evidence in used(office):
        for index, coding in enumerate(evidence["codings"]):
            block, code = evidence["blocks"][coding["block"]], codes[coding["code"]]
            start, end, text = coding["start"], coding["end"], block["text"]
            name = f"evidence/{evidence['id']}"
            expected.append(
                {
                    "area": f"Area {evidence['area']}",
                    "record": evidence["id"],
                    "quote": coding["quote"],
                    "before": text[max(0, start - 32) : start],
                    "after": text[end : end + 32],
                    "start_cp": start,
                    "end_cp": end,
                    "words_now": "as coded",
                    "code": coding["code"],
                    "code_label": code["label"],
                    "code_family": f"{code['parent']} {families[code['parent']]}" if code["parent"] else "",
                    "code_questions": "; ".join(filter(None, [code["question"], *code["subquestions"]])),
                    "valence": coding["valence"],
                    "agency": coding["agency"].replace("_", " "),
                    "memo": coding["memo"],
                    "coder": NOT_IN_PACK,
                    "coded_at": NOT_IN_PACK,
                    "codebook_version": str(review["codebook"]["version"]),
                    "block_kind": block["kind"].replace("_", " "),
                    "speaker_role": (block["speaker_role"] or "").replace("_", " "),
                    "block_question": block["question"] or "",
                    "activity_type": types[evidence["activity"]["type"]],
                    "activity_date": evidence["activity"]["date"],
                    "source_role": evidence["header"]["source_role"].replace("_", " "),
                    "recorded_when": WHEN[evidence["recorded_when"]],
                    "origin": evidence["origin"].replace("_", " "),
                    "consent": restrictions_of(evidence),
                    "screened": "yes, before it was imported",
                    "undecided": "",
                    "coding_id": office.id_of(f"{name}/codings/{index}"),
                    "coding_operation": office.id_of(f"operation/{name}/codings/{index}"),
                    "revision_operation": office.id_of(f"operation/{name}/blocks/{coding['block']}"),
                    "block_id": office.id_of(f"{name}/blocks/{coding['block']}"),
                    "record_id": office.id_of(name),
                    "_order": (evidence["area"], evidence["id"], coding["block"], start, end),
                }
            )
    return sorted(expected, key=lambda row: (row["_order"], row["coding_id"]))


async def hashes_of(office: Office) -> dict[str, str]:
    """The hash of each header, from the log's own bytes."""
    found = await office.central.log.ask("SELECT operation, header FROM operation_evidence")
    return {row[0]: hashlib.sha256(bytes(row[1])).hexdigest() for row in found}


async def test_every_coding_of_the_pack_comes_out_in_a_workbook(office: Office, tmp_path: Path) -> None:
    """EXP-04, R16, R26: 376 codings, less those of the two records whose consent was withdrawn."""
    target = tmp_path / "review.xlsx"

    exported = await export_review(office.central.log, office.wish("xlsx"), target)

    rows, hashes = sheets_of(target)["Codings"], await hashes_of(office)
    headings = {column.heading: column.name for column in CODINGS.columns}
    read = [
        {headings[heading]: "" if value is None else value for heading, value in row.items() if heading in headings}
        for row in rows
    ]
    expected = codings_of(office)
    assert [{**row, "coding_header_hash": hashes[row["coding_operation"]]} for row in expected] == [
        {**row, "_order": each["_order"]} for row, each in zip(read, expected, strict=True)
    ]
    withdrawn = sum(len(e["codings"]) for e in office.pack.evidence.values() if "quarantine" in e)
    assert len(rows) == exported.rows["Codings"] == 376 - withdrawn == 356


async def test_csv_says_the_same_as_the_workbook(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "review.csv"
    workbook = await export_review(office.central.log, office.wish("xlsx"), tmp_path / "review.xlsx")

    exported = await export_review(office.central.log, office.wish("csv"), target)

    rows = csv_of(target)
    assert [row["coding_id"] for row in rows] == [row["coding_id"] for row in codings_of(office)]
    expected = [{name: str(value) for name, value in row.items() if name != "_order"} for row in codings_of(office)]
    assert [{name: row[name].removeprefix("'") for name in each} for row, each in zip(rows, expected, strict=True)] == [
        {name: value.removeprefix("'") for name, value in each.items()} for each in expected
    ]
    assert exported.content_sha256 == workbook.content_sha256
    assert target.read_bytes().startswith(b"\xef\xbb\xbfarea,record,quote")
    assert [path.name for path in exported.files] == [
        "review-records.csv",
        "review-blocks.csv",
        "review-about.json",
        "review.csv",
    ]


async def test_every_record_and_every_block_comes_out_whole(office: Office, tmp_path: Path) -> None:
    """EXP-01, EXP-04."""
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    sheets = sheets_of(target)
    assert [(r["Record"], r["Number of codings"], r["Number of blocks"]) for r in sheets["Records"]] == [
        (e["id"], len(e["codings"]), len(e["blocks"])) for e in used(office)
    ]
    assert [(r["Record"], r["Number in the record"], r["Words"]) for r in sheets["Blocks"]] == [
        (e["id"], number, block["text"]) for e in used(office) for number, block in enumerate(e["blocks"], 1)
    ]
    lost = [r["Record"] for r in sheets["Records"] if r["Recorded when"] == "from memory after loss"]
    assert lost == ["D-03"]


@pytest.mark.parametrize("export_format", FORMATS)
async def test_what_an_export_is_stands_in_it(office: Office, tmp_path: Path, export_format: str) -> None:
    """EXP-06: who, when, what for, of which moment, and what is left out, by number."""
    target = tmp_path / f"review.{export_format}"

    exported = await export_review(office.central.log, office.wish(export_format), target)

    about = about_of(target) if export_format == "xlsx" else about_json_of(target)["about"]
    assert about["Watermark"].startswith("Exported by Ann & Bo on ")
    assert about["Watermark"].endswith(" UTC for: chapter 2")
    assert about["Records left out: consent was withdrawn"] == "2"
    assert about["Records left out: not yet screened for names"] == "0"
    assert (about["Rows of Codings"], about["Rows of Records"], about["Rows of Blocks"]) == ("356", "28", "497")
    assert about["SHA-256 of all rows"] == exported.content_sha256
    [[position]] = await office.central.log.ask(
        "SELECT last_position FROM scope WHERE lane = 'evidence' AND scope = ?", f"visit:{office.id_of('visits/A')}"
    )
    scope = f"visit:{office.id_of('visits/A')}"
    assert about[f"Position in the log of the visit to Area A ({scope})"] == str(position)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == exported.sha256


async def test_a_record_whose_consent_was_withdrawn_is_nowhere_in_it(office: Office, tmp_path: Path) -> None:
    """R17: neither its words nor its id."""
    withdrawn = [e for e in office.pack.evidence.values() if "quarantine" in e]
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    everything = everything_in(target)
    assert len(withdrawn) == 2
    for evidence in withdrawn:
        # Questions are asked in many interviews with the same words; what people answered is theirs.
        told = [block["text"] for block in evidence["blocks"] if block["kind"] != "question"]
        assert len(told) > 8
        assert not [text for text in told if text in everything]
        assert office.id_of(f"evidence/{evidence['id']}") not in everything
        assert evidence["id"] not in {row["Record"] for row in sheets_of(target)["Records"]}


async def test_areas_have_no_name_in_it(office: Office, tmp_path: Path) -> None:
    """R22."""
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    everything = everything_in(target)
    assert not [area["name"] for area in office.pack.areas["areas"] if area["name"] in everything]


async def test_reading_a_few_records_at_a_time_changes_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records without a reference come first, and none is lost between two handfuls."""
    for _ in range(3):
        await office.record("", "The bus was late.")
    at_once = await export_review(office.central.log, office.wish("csv"), tmp_path / "at_once.csv")
    monkeypatch.setattr(coded_evidence, "RECORDS_AT_A_TIME", 2)

    by_and_by = await export_review(office.central.log, office.wish("csv"), tmp_path / "by_and_by.csv")

    assert by_and_by.rows["Records"] == 31
    assert by_and_by.content_sha256 == at_once.content_sha256


async def test_only_the_visits_of_the_wish_are_in_it(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "review.csv"

    await export_review(office.central.log, office.wish("csv", visit_ids=(office.id_of("visits/B"),)), target)

    assert {row["area"] for row in csv_of(target)} == {"Area B"}
    about = about_json_of(target)["about"]
    assert about["Areas in this export"] == "Area B"
    assert about["Areas not in this export"] == "Area A, Area C, Area D, Area E, Area F: not assigned to them"
