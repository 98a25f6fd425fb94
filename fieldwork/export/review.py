"""Exporting a review: what goes in with the tablets comes out again, whole, checked, and with its restrictions (rules R8, R16, R26).

Everything is read in one snapshot, written in an order that is always the same, read again by another program's eyes and compared, and
only then given its name. Meant for a process of its own, because it works without pause: the web process starts `process.py`, the command
line calls this directly. Who may export what is decided before (`actions/exports.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fieldwork.export.about import Moment, Wish, about, content_sha256, watermark
from fieldwork.export.cells import Cell, visible
from fieldwork.export.meaning import ExportProblem, Meant
from fieldwork.export.offering import offer, unfinished_beside
from fieldwork.export.rereading import reread_csv, reread_workbook
from fieldwork.export.rows import ReviewTerms, Rows, Term
from fieldwork.export.separated import IN_CSV, SeparatedFiles, sha256_of
from fieldwork.export.tables import ABOUT, BLOCKS, CODINGS, RECORDS, Table
from fieldwork.export.words import plain, said
from fieldwork.export.workbook import Workbook
from fieldwork.store.codebooks import codebook_terms
from fieldwork.store.coded_evidence import coded_evidence, count, names_in, positions_of, reviews, terms_of, visits_of
from fieldwork.store.log import Log

FORMATS = ("xlsx", "csv")

Told = Callable[[int, int], None]
"""Told how many records are written, and of how many."""


class NoSuchReview(ExportProblem):
    """There is no review of this id in the store, or none at all, or several to choose from."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its files (the one that was asked for is the last), the hash of that one, and rows by table."""

    files: tuple[Path, ...]
    sha256: str
    content_sha256: str
    rows: dict[str, int]
    left_out: int


async def export_review(log: Log, wish: Wish, target: Path, told: Told = lambda done, total: None) -> Exported:
    """Write the review to `target` as the wish says. The second time the file is replaced, in one step.

    Raises ExportProblem with a sentence; then there is no file of this export, and an older one stands as it was.
    """
    if wish.format not in FORMATS:
        raise ExportProblem(f"There is no export as “{wish.format}” here. Choose {' or '.join(FORMATS)}.")
    meant = Meant()
    with unfinished_beside(target) as folder:
        writer = Workbook(folder, visible(watermark(wish))) if wish.format == "xlsx" else SeparatedFiles(folder)
        try:
            async with log.database.reading():
                moment = await _write(log, wish, writer, meant, told)
            page: list[list[Cell]] = [[visible(item), visible(value)] for item, value in about(wish, moment, meant)]
            files = _finished(writer, target, page, meant)
            sha256 = sha256_of(files[-1][0])
            offer(files)
        except OSError as problem:
            raise ExportProblem(f"The export could not be written: {problem.strerror or problem}.") from problem
        finally:
            writer.abandon()
    counted = moment.counted
    return Exported(
        tuple(final for _, final in files),
        sha256,
        content_sha256(meant),
        {table.title: meant.count(table) for table in (CODINGS, RECORDS, BLOCKS)},
        counted.consent_withdrawn + counted.unscreened + counted.withdrawn + moment.records_in_doubt,
    )


async def the_review(log: Log, review_id: str | None) -> str:
    """The review with this id, or the only one there is. Raises NoSuchReview with a sentence."""
    there = await reviews(log)
    if not there:
        raise NoSuchReview("There is no review in this store. Import a pack first.")
    if review_id is None and len(there) > 1:
        listed = "\n".join(f"  {each}  {title}" for each, title in sorted(there.items()))
        raise NoSuchReview(f"There are {len(there)} reviews in this store. Name one with --review:\n{listed}")
    if review_id is not None and review_id not in there:
        raise NoSuchReview(f"There is no review {review_id} in this store.")
    return review_id if review_id is not None else next(iter(there))


async def _write(log: Log, wish: Wish, writer: Workbook | SeparatedFiles, meant: Meant, told: Told) -> Moment:
    title = (await reviews(log)).get(wish.review_id)
    if title is None:
        raise NoSuchReview(f"There is no review {wish.review_id} in this store.")
    visits = await visits_of(log, wish.review_id)
    inside = [visit for visit in visits if wish.visit_ids is None or visit.visit_id in wish.visit_ids]
    outside = [visit for visit in visits if visit not in inside]
    counted = await count(log, inside)
    rows = Rows(await _terms(log, wish.review_id))
    done = 0
    told(done, counted.records)
    for visit in inside:
        async for record in coded_evidence(log, visit):
            for table, row in rows.of(record):
                cells = _cells(table, row)
                meant.add(table, cells)
                writer.row(table, cells)
            done += 1
            told(done, counted.records)
    scopes = [f"review:{wish.review_id}", *(f"visit:{visit.visit_id}" for visit in inside)]
    moment = Moment(
        title,
        inside,
        outside,
        counted,
        await positions_of(log, scopes),
        dict(rows.left_out),
        rows.records_in_doubt,
        rows.files_kept_back,
        rows.memos_kept_back,
    )
    _agree(moment, meant)
    return moment


def _cells(table: Table, row: dict[str, Cell]) -> list[Cell]:
    return [visible(cell) if isinstance(cell, str) else cell for cell in (row[column.name] for column in table.columns)]


def _agree(moment: Moment, meant: Meant) -> None:
    """The walk over the records and the counting questions must come to the same numbers (EXP-04)."""
    counted = moment.counted
    records = meant.count(RECORDS) + moment.records_in_doubt
    codings = meant.count(CODINGS) + sum(moment.left_out.values())
    if (records, codings) != (counted.records, counted.codings_of_these_records):
        raise ExportProblem(
            f"The store counts {counted.records} records and {counted.codings_of_these_records} codings, the export found"
            f" {records} and {codings}. Nothing was kept."
        )


def _finished(
    writer: Workbook | SeparatedFiles, target: Path, page: list[list[Cell]], meant: Meant
) -> list[tuple[Path, Path]]:
    """Close the files, read them again, and say which is to have which name."""
    for cells in page:
        meant.add(ABOUT, cells)
    if isinstance(writer, Workbook):
        for cells in page:
            writer.row(ABOUT, cells)
        reread_workbook(writer.finish(), meant)
        return [(writer.path, target)]
    finals = {table.title: target.with_name(f"{target.stem}{table.stem}.csv") for table in IN_CSV}
    finals[CODINGS.title] = target
    about_path = writer.finish(page, {title: final.name for title, final in finals.items()})
    reread_csv(writer, meant, page)
    beside = [(writer.paths[table.title], finals[table.title]) for table in (RECORDS, BLOCKS)]
    about_file = (about_path, target.with_name(f"{target.stem}{ABOUT.stem}.json"))
    return [*beside, about_file, (writer.paths[CODINGS.title], target)]


async def _terms(log: Log, review_id: str) -> ReviewTerms:
    codebooks = await terms_of(log, review_id, "codebook")
    families = {
        plain(family.get("ref")): plain(family.get("label"))
        for codebook in codebooks
        for family in codebook.get("families", [])
        if isinstance(family, dict)
    }
    versions = {codebook.record_id: said(codebook, "version") for codebook in codebooks}
    codes: dict[tuple[str, str], Term] = {}
    for code in await terms_of(log, review_id, "code"):
        questions = "; ".join(filter(None, (said(code, "question"), said(code, "subquestions"))))
        family = said(code, "family")
        meaning = Term(said(code, "label"), f"{family} {families.get(family, '')}".strip(), questions)
        for name in (said(code, "ref"), code.record_id):
            codes[(versions.get(said(code, "codebook"), ""), name)] = meaning
            codes[("", name)] = meaning
    types = await terms_of(log, review_id, "activity_type")
    return ReviewTerms(
        codes,
        {said(each, "ref"): said(each, "label") for each in types},
        await names_in(log, review_id),
        await codebook_terms(log, review_id),
    )
