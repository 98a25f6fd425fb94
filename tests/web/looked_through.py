"""A record that its author has looked through for names, with the hands that then change it, and all that an export says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from fieldwork.domain.screening import entries_of
from fieldwork.export.about import Wish
from fieldwork.export.review import export_review
from fieldwork.store.gathered import Gathered, gather
from fieldwork.store.records import record_of
from tests.web.office import Office, Tablet, form_fields

CANARY = "Xanthippe"
CODE = "RSN-11"


class Record:
    """A record of area A: one block, coded. The author's tablet and a colleague's stand by."""

    def __init__(self, office: Office) -> None:
        self.office, self.scope = office, f"visit:{office.visit_id('A')}"
        self.author, self.colleague = office.tablet_of("A-I2"), office.tablet_of("A-I4")
        self.evidence_id = self.author.records(self.scope, "A heron stood there.", ref="A-77")
        self.author.sends()
        [[self.block_id]] = office.ask(
            "SELECT record FROM record WHERE parent = ? AND record_type = 'block'", self.evidence_id
        )
        [[self.activity_id]] = office.ask("SELECT activity FROM evidence WHERE record = ?", self.evidence_id)
        self.file_id = ""
        self.block_heads = office.state_of(self.block_id).heads
        self.revision = self.block_heads[0]
        self.code(self.author, self.block_id, "heron", self.revision)
        self.author.sends()

    @property
    def address(self) -> str:
        """Of its page at the office."""
        return f"/evidence/{self.evidence_id}"

    def tablets_send(self) -> None:
        """Nothing waits on either tablet any more, and all was stored."""
        for tablet in (self.author, self.colleague):
            if tablet._waiting:
                assert {one.verdict for one in tablet.sends()} == {"stored"}

    def code(self, tablet: Tablet, block_id: str, quote: str, revision: str = "", **more: object) -> None:
        fields: dict[str, object] = {"evidence": self.evidence_id, "block": block_id, "quote": quote, "before": ""}
        fields |= {"after": "", "start_cp": 2, "end_cp": 7, "code": CODE, "revision": revision, **more}
        tablet.writes(self.scope, "coding", fields)

    def revises(self, record_type: str, record_id: str, fields: Mapping[str, object]) -> None:
        """A colleague's tablet changes what stands."""
        base = self.office.state_of(record_id).heads
        self.colleague.writes(self.scope, record_type, fields, kind="revise", record=record_id, base=base)

    def adds_file(self, name: str, content: bytes) -> None:
        lead, files = self.office.signed_in("lead"), f"{self.address}/files"
        fields = form_fields(lead.opens(self.address), files)
        answer = lead.post(files, fields, files={"file": (name, content, "text/plain")})
        assert answer.status_code == 303
        [[self.file_id]] = self.office.ask("SELECT record FROM record WHERE record_type = 'file'")

    def block(self, tablet: Tablet, text: str, evidence_id: str = "") -> tuple[str, str]:
        fields = {"evidence": evidence_id or self.evidence_id, "kind": "verbatim", "text": text, "place": "00000900"}
        one = tablet.writes(self.scope, "block", fields)
        return one.record, one.operation

    def looked_through_again(self) -> None:
        """The author looks, with all on the page that belongs to the record now, files apart."""
        gathered = self.gathered()
        fields = {
            "screened_at": "2026-11-22T09:30:00.000Z",
            "looked_through": entries_of(gathered.to_look_through.read_on_the_page),
        }
        base = tuple(gathered.evidence.state.heads)
        self.author.writes(self.scope, "evidence", fields, kind="revise", record=self.evidence_id, base=base)
        assert {one.verdict for one in self.author.sends()} == {"stored"}

    def gathered(self) -> Gathered:
        """The record as the office has it, with all that belongs to it."""
        log = self.office.central.log
        return self.office.run(gather, log, self.office.run(record_of, log, self.evidence_id))


def exported(office: Office) -> Iterator[tuple[str, str]]:
    """Everything that an export of area A holds, in both formats: whoever is handed the file may be anybody."""
    with TemporaryDirectory() as folder:
        for form in ("xlsx", "csv"):
            wish = Wish(office.review_id, form, "A test", "looking", office.clock.now, (office.visit_id("A"),))
            office.run(export_review, office.central.log, wish, Path(folder) / f"evidence.{form}")
        for path in sorted(Path(folder).iterdir()):
            if path.suffix != ".xlsx":
                yield path.name, path.read_text("utf-8")
                continue
            with ZipFile(path) as book:
                yield from ((f"{path.name}/{part}", book.read(part).decode("utf-8")) for part in book.namelist())
