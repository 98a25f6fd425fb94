"""Words that break exports elsewhere, and words that must not come out: long, odd, dangerous, unscreened, removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldwork.export import review, workbook
from fieldwork.export.cells import original, unmarked
from fieldwork.export.meaning import ExportProblem
from fieldwork.export.review import export_review
from fieldwork.export.workbook import Workbook
from tests.export.conftest import Office
from tests.export.reading import about_json_of, about_of, csv_of, everything_in, sheets_of

pytestmark = pytest.mark.anyio

LONG = "".join(f"Line {number}: the bus was late 🚌.\n" for number in range(1_400))
ODD = "a\x00b\ud800c\ufffed\x0be\r\nf\x85 \\u{41} _x0041_ \ufeff𝕏 <b>&amp;</b>"
FORMULAS = ["=1+1", "+44 1632", "-1", "@SUM(A1)", "\t=x", "  =2", "＝3", "'=4", 'http://127.0.0.1/"x"']


async def test_a_note_of_40_000_characters_is_whole(office: Office, tmp_path: Path) -> None:
    """EXP-01: never cut, never dropped; in a workbook it goes on in numbered cells, and both pages say so."""
    assert len(LONG) > 40_000
    evidence, [block] = await office.record("A-90", LONG)
    await office.code(evidence, block, LONG, 0, len(LONG), memo=LONG)
    await office.look(evidence)
    target, in_csv = tmp_path / "long.xlsx", tmp_path / "long.csv"

    await export_review(office.central.log, office.wish("xlsx"), target)
    await export_review(office.central.log, office.wish("csv"), in_csv)

    sheets = sheets_of(target)
    for title, heading in (("Blocks", "Words"), ("Codings", "Quote"), ("Codings", "Memo")):
        [(number, row)] = [(n, r) for n, r in enumerate(sheets[title], 2) if r["Record"] == "A-90"]
        further = [r for r in sheets["Continued"] if (r["Sheet"], r["Row"], r["Column"]) == (title, number, heading)]
        assert row[heading] + "".join(r["Words"] for r in further) == LONG
        assert [r["Part"] for r in further] == [2]
        assert f"{heading}: 2 parts" in row["Longer cells"]
    assert "numbered parts" in about_of(target)["Long words"]
    [row] = [row for row in csv_of(in_csv) if row["record"] == "A-90"]
    assert row["quote"] == row["memo"] == LONG


@pytest.mark.parametrize("export_format", review.FORMATS)
async def test_odd_characters_are_seen_and_can_be_had_again(office: Office, tmp_path: Path, export_format: str) -> None:
    """EXP-02: the export succeeds, the escape is visible, and the log has the bytes as typed."""
    evidence, [block] = await office.record("A-91", ODD)
    await office.code(evidence, block, ODD, 0, len(ODD))
    target = tmp_path / f"odd.{export_format}"

    await export_review(office.central.log, office.wish(export_format), target)

    quote = (
        [row["Quote"] for row in sheets_of(target)["Codings"] if row["Record"] == "A-91"]
        if export_format == "xlsx"
        else [row["quote"] for row in csv_of(target) if row["record"] == "A-91"]
    )
    assert [original(words) for words in quote] == [ODD]
    assert quote[0].startswith("a\\u{0}b\\u{D800}c\\u{FFFE}d\\u{B}e\\u{D}\nf")


async def test_words_that_begin_like_a_formula_stay_words_in_a_workbook(office: Office, tmp_path: Path) -> None:
    """EXP-03, SEC-15."""
    await office.record("A-92", *FORMULAS)
    target = tmp_path / "formulas.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    words = [row["Words"] for row in sheets_of(target)["Blocks"] if row["Record"] == "A-92"]
    assert words == FORMULAS
    everything = everything_in(target)
    assert not [sign for sign in ("<f>", "<hyperlink", 'TargetMode="External"') if sign in everything]


async def test_words_that_begin_like_a_formula_are_marked_in_csv_and_listed(office: Office, tmp_path: Path) -> None:
    """SEC-15: nothing begins like a formula, and the original can be had again."""
    await office.record("A-92", *FORMULAS)
    target = tmp_path / "formulas.csv"

    await export_review(office.central.log, office.wish("csv"), target)

    beside = csv_of(tmp_path / "formulas-blocks.csv")
    numbered = [(number, row["words"]) for number, row in enumerate(beside, 2) if row["record"] == "A-92"]
    assert [unmarked(words) for _, words in numbered] == FORMULAS
    assert [words for _, words in numbered][:8] == [f"'{words}" for words in FORMULAS[:8]]
    listed = about_json_of(target)["marked"]["cells"]["Blocks"]["words"]
    assert [number for number, _ in numbered][:8] == [n for n in listed if n >= numbered[0][0] and n <= numbered[-1][0]]


async def test_unscreened_words_are_not_exported(office: Office, tmp_path: Path) -> None:
    """Design 7: their author has not yet looked at the flags of names in them."""
    evidence, [block] = await office.record("A-93", "Unscreened: Wilhelmina said so.", screened=False)
    await office.code(evidence, block, "Unscreened: Wilhelmina said so.", 12, 22)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    assert "Wilhelmina" not in everything_in(target)
    assert about_of(target)["Records left out: not yet screened for names"] == "1"
    assert about_of(target)["Codings left out: of records that are left out, or whose own words were removed"] == "21"


async def test_words_added_after_the_look_are_not_exported_until_somebody_looks_again(
    office: Office, tmp_path: Path
) -> None:
    """Design 7: a look speaks for the words that were there."""
    evidence, _ = await office.record("A-93", "Checked: the taxi never came.")
    fields = {"evidence": evidence, "kind": "verbatim", "place": "00000900", "text": "Added: Wilhelmina said so."}
    block = await office.write("block", fields, by="A-I2")
    await office.code(evidence, block, str(fields["text"]), 7, 17)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    assert "Wilhelmina" not in everything_in(target)
    assert about_of(target)["Records left out: not yet screened for names"] == "1"
    await office.look(evidence)
    await export_review(office.central.log, office.wish("xlsx"), target)
    assert "Wilhelmina" in everything_in(target)


async def test_removed_words_do_not_come_out_through_the_quote_of_a_coding(office: Office, tmp_path: Path) -> None:
    """I8: the block was revised and its first words redacted; the coding's copy of them stays behind too."""
    text = "Then Wilhelmina went home. The taxi never came."
    evidence, [block] = await office.record("A-94", text)
    await office.code(evidence, block, text, 5, 15, memo="who")
    await office.code(evidence, block, text, text.index("taxi"), len(text) - 1, memo="what")
    _, second = await office.write(
        "block",
        # What is redacted loses all its fields, so the revision says them all again.
        {"evidence": evidence, "kind": "verbatim", "place": "00000000"}
        | {"text": "Then [the child] went home. The taxi never came."},
        by="A-I2",
        kind="revise",
        record_id=block[0],
        base=(block[1],),
    )
    await office.write("block", {}, by="A-I2", kind="redact", record_id=block[0], base=(second,), redacts=(block[1],))
    await office.look(evidence)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    assert "Wilhelmina" not in everything_in(target)
    by_memo = {row["Memo"]: row for row in sheets_of(target)["Codings"] if row["Record"] == "A-94"}
    assert (by_memo["who"]["Quote"], by_memo["who"]["The words now"]) == (None, "the words were removed")
    assert by_memo["what"]["Quote"] == "taxi never came"
    assert by_memo["what"]["Words before"] == "Then [the child] went home. The "


async def test_a_block_that_lost_its_record_is_counted(office: Office, tmp_path: Path) -> None:
    """Its first operation was redacted and with it the record's name: it cannot be placed, but it is not forgotten in silence."""
    _, [block] = await office.record("A-94", "Then Wilhelmina went home.")
    fields = {"text": "Then [the child] went home."}
    _, second = await office.write("block", fields, by="A-I2", kind="revise", record_id=block[0], base=(block[1],))
    await office.write("block", {}, by="A-I2", kind="redact", record_id=block[0], base=(second,), redacts=(block[1],))
    target = tmp_path / "review.csv"

    await export_review(office.central.log, office.wish("csv"), target)

    assert about_json_of(target)["about"]["Blocks left out: they name no record that is here"] == "1"


async def test_a_quote_whose_block_was_changed_says_so(office: Office, tmp_path: Path) -> None:
    evidence, [block] = await office.record("A-95", "The bus was late. Nobody rang.")
    await office.code(evidence, block, "The bus was late. Nobody rang.", 18, 29)
    await office.write(
        "block", {"text": "It was late. Nobody rang."}, by="A-I2", kind="revise", record_id=block[0], base=(block[1],)
    )
    await office.look(evidence)
    target = tmp_path / "review.csv"

    await export_review(office.central.log, office.wish("csv"), target)

    [row] = [row for row in csv_of(target) if row["record"] == "A-95"]
    assert (row["quote"], row["start_cp"]) == ("Nobody rang", "18")
    assert row["words_now"] == "the block was changed; these words stand elsewhere in it"
    assert row["recorded_when"] == "from memory after loss"
    assert (row["coder"], row["consent"], row["coded_at"][-1]) == ("Maren Hollowby", "no consent recorded", "Z")


async def test_a_name_that_was_changed_before_the_look_does_not_come_out_through_a_coding(
    office: Office, tmp_path: Path
) -> None:
    """Design 7: what was looked through is the block as it is now; a coding is a copy of what it was."""
    text = "Wilhelmina saw the bus. Nobody rang."
    evidence, [block] = await office.record("A-95", text, screened=False)
    await office.code(evidence, block, text, 0, 10, memo="who")
    await office.code(evidence, block, text, 11, 22, memo="what")
    _, [elsewhere] = await office.record("A-96", "Wilhelmina waited.", screened=False)
    await office.code(evidence, elsewhere, "Wilhelmina waited.", 0, 10, memo="another record's")
    fields = {"text": "She saw the bus. Nobody rang."}
    await office.write("block", fields, by="A-I2", kind="revise", record_id=block[0], base=(block[1],))
    await office.look(evidence)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    assert "Wilhelmina" not in everything_in(target)
    by_memo = {row["Memo"]: row for row in sheets_of(target)["Codings"] if row["Record"] == "A-95"}
    assert by_memo["who"]["The words now"] == "the block was changed; these words no longer stand in it"
    assert (by_memo["what"]["Quote"], by_memo["what"]["Words before"]) == ("saw the bus", "She ")
    # The look was at this record; a coding of another's words in it was on no page, so its note is kept back.
    assert by_memo["kept back: not yet checked for names"]["Quote"] is None


async def test_two_versions_of_a_field_both_come_out(office: Office, tmp_path: Path) -> None:
    """PROTOCOL.md 5: nothing is merged into one voice by a machine."""
    evidence, [block] = await office.record("A-96", "First words.")
    for text, by in (("Version of one.", "A-I1"), ("Version of two.", "A-I2")):
        await office.write("block", {"text": text}, by=by, kind="revise", record_id=block[0], base=(block[1],))
    await office.look(evidence)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    rows = [row for row in sheets_of(target)["Blocks"] if row["Record"] == "A-96"]
    assert {row["Words"] for row in rows} == {"Version of one.", "Version of two."}
    assert [row["Version"] for row in rows] == [f"{n} of 2, not yet decided between" for n in (1, 2)]
    assert evidence == rows[0]["Record id"]


@pytest.mark.parametrize(
    ("agrees", "said"),
    [
        ({"notes": True}, "does not take part; notes only; no quotation; no recording; no photo; not named"),
        (
            {"take_part": True, "notes": True, "quotation": False, "recording": True, "photo": True, "named": True},
            "no quotation",
        ),
        (dict.fromkeys(("take_part", "notes", "quotation", "recording", "photo", "named"), True), "none"),
    ],
)
async def test_consent_travels_with_every_excerpt(
    office: Office, tmp_path: Path, agrees: dict[str, bool], said: str
) -> None:
    """R16."""
    evidence, [block] = await office.record("A-97", "The bus was late.")
    await office.code(evidence, block, "The bus was late.", 4, 7)
    [[activity]] = await office.central.log.ask("SELECT activity FROM evidence WHERE record = ?", evidence)
    await office.write("consent", {"activity": activity, "layer": "self", "status": "given", "agrees": agrees})
    await office.look(evidence)
    target = tmp_path / "review.csv"

    await export_review(office.central.log, office.wish("csv"), target)

    assert [row["consent"] for row in csv_of(target) if row["record"] == "A-97"] == [said]


async def test_a_withdrawn_consent_is_seen_before_the_record_is_hidden(office: Office, tmp_path: Path) -> None:
    evidence, [block] = await office.record("A-98", "The bus was late.")
    await office.code(evidence, block, "The bus was late.", 4, 7)
    [[activity]] = await office.central.log.ask("SELECT activity FROM evidence WHERE record = ?", evidence)
    agrees = dict.fromkeys(("take_part", "notes", "quotation", "recording", "photo", "named"), True)
    await office.write("consent", {"activity": activity, "layer": "self", "status": "withdrawn", "agrees": agrees})
    await office.look(evidence)
    target = tmp_path / "review.csv"

    await export_review(office.central.log, office.wish("csv"), target)

    assert [row["consent"] for row in csv_of(target) if row["record"] == "A-98"] == ["withdrawn"]


async def test_a_sheet_that_is_full_is_followed_by_another(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SmallWorkbook(Workbook):
        def __init__(self, folder: Path, watermark: str) -> None:
            super().__init__(folder, watermark, most_rows=100)

    monkeypatch.setattr(review, "Workbook", SmallWorkbook)
    target = tmp_path / "review.xlsx"

    await export_review(office.central.log, office.wish("xlsx"), target)

    sheets = sheets_of(target)
    assert [len(sheets[title]) for title in ("Codings", "Codings 2", "Codings 3", "Codings 4")] == [100, 100, 100, 56]


async def test_a_cell_that_the_writer_would_cut_stops_the_export(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-01: the writer says it with a number alone."""
    await office.record("A-99", LONG)
    monkeypatch.setattr(workbook, "parts", lambda words: [words])

    with pytest.raises(ExportProblem, match=r"did not take a cell whole \(-2\)"):
        await export_review(office.central.log, office.wish("xlsx"), tmp_path / "review.xlsx")

    assert [name for name in os.listdir(tmp_path) if name.endswith(".xlsx")] == []
