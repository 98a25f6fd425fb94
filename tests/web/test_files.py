"""Documents added to a record: what is taken, what is refused in words, and how they go out again."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest

from fieldwork.domain.documents import MOST_FILE_BYTES
from tests.web.office import HOST, ORIGIN, Office, form_fields, words_of

PDF = b"%PDF-1.7\n" + b"x" * 200


def _zip(**entries: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return held.getvalue()


DOCX = _zip(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
ODT = _zip(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<x/>"})
MACROS = _zip(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"})


def _adds(office: Office, name: str, content: bytes, who: str = "lead", ref: str = "A-01") -> Any:
    browser = office.signed_in(who)
    address = f"/evidence/{office.evidence_id(ref)}"
    fields = form_fields(browser.opens(address), f"{address}/files")
    return browser, browser.post(f"{address}/files", fields, files={"file": (name, content, "application/x-anything")})


@pytest.mark.parametrize(
    ("content", "kept_as", "media_type"),
    [
        (PDF, "a plan.pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "a plan.png", "image/png"),
        (b"\xff\xd8\xff\xe0" + b"x" * 50, "a plan.jpg", "image/jpeg"),
        (DOCX, "a plan.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (ODT, "a plan.odt", "application/vnd.oasis.opendocument.text"),
        ("Plain words, ŵ.\n".encode(), "a plan.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_document_is_kept_and_goes_out_as_an_attachment(
    office: Office, content: bytes, kept_as: str, media_type: str
) -> None:
    browser, answer = _adds(office, "C:\\Users\\me\\a plan.exe", content)

    page = browser.follows(answer).text
    assert "File added." in words_of(page)
    assert f">{kept_as}</a>" in page
    address = page.split('href="/files/')[1].split('"')[0]
    file = browser.get(f"/files/{address}")
    assert file.content == content
    assert file.headers["content-type"] == media_type
    assert file.headers["content-disposition"].startswith(f'attachment; filename="{kept_as}"')
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    digest = hashlib.sha256(content).hexdigest()
    assert (office.settings.files / digest[:2] / digest).read_bytes() == content
    assert list((office.settings.files / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"", "Choose a file"),
        ("a.pdf", b"MZ\x90\x00 a program", "The file must be a PDF"),
        ("a.svg", b"\x00\x00<svg>", "The file must be"),
        ("a.docx", _zip(**{"anything.txt": b"x"}), "The file must be"),
        ("a.docx", MACROS, "The file must be"),
        ("a.docx", b"PK\x03\x04" + b"broken", "The file must be"),
        ("a.txt", b"nul \x00 byte", "The file must be"),
        ("a.txt", b"\xff\xfe\x00", "The file must be"),
        ("", b"x", "Choose a file"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_in_words(office: Office, name: str, content: bytes, says: str) -> None:
    _, answer = _adds(office, name, content)

    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert office.ask("SELECT COUNT(*) FROM file_stored")[0][0] == 0
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record_type = 'file'")[0][0] == 0


def test_a_file_that_is_too_large_is_refused_in_words_whether_its_length_was_announced_or_not(office: Office) -> None:
    large = b"%PDF-1.7\n" + b"x" * MOST_FILE_BYTES
    browser, announced = _adds(office, "a.pdf", large)
    fields = form_fields(
        browser.opens(f"/evidence/{office.evidence_id('A-01')}"), f"/evidence/{office.evidence_id('A-01')}/files"
    )

    def pieces() -> Any:
        yield f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{fields["csrf_token"]}\r\n'.encode()
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 1024 * 1024
        yield b"\r\n--x--\r\n"

    office.client.cookies.clear()
    office.client.cookies.set("fieldwork", browser.cookies["fieldwork"], domain=HOST)
    unannounced = office.client.post(
        f"/evidence/{office.evidence_id('A-01')}/files",
        content=pieces(),
        headers={"content-type": "multipart/form-data; boundary=x", "origin": ORIGIN},
    )

    for answer in (announced, unannounced):
        assert answer.status_code == 413
        assert "A file can have at most 25 MB." in words_of(answer.text)
    assert list(office.settings.files.rglob("*.part")) == []


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n", b"nonsense", b"--x\r\nContent-Disposition: form-data\r\n\r\n"]
)
def test_a_form_that_cannot_be_read_is_refused_in_words(office: Office, body: bytes) -> None:
    browser = office.signed_in("lead")
    token = browser.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    answer = browser.request(
        "POST",
        f"/evidence/{office.evidence_id('A-01')}/files",
        content=body,
        headers={"content-type": "multipart/form-data; boundary=x", "x-csrf-token": token},
    )

    assert answer.status_code in (400, 422)


def test_a_researcher_takes_no_file_in_and_reads_those_of_screened_records(office: Office) -> None:
    lead, answer = _adds(office, "a.pdf", PDF)
    record = f"/evidence/{office.evidence_id('A-01')}"
    page = lead.follows(answer).text
    file_id = page.split('href="/files/')[1].split('"')[0]
    address = f"/files/{file_id}"
    assert office.signed_in("researcher").get(address).status_code == 404
    assert lead.sends(page, f"{record}/looked-through", {"opened": file_id}).status_code == 303

    assert office.signed_in("researcher").get(address).status_code == 200
    assert office.signed_in("safeguarding").get(address).status_code == 404
    assert office.signed_in("administrator").get(address).status_code == 404
    assert "Add this file" not in office.signed_in("researcher").opens(f"/evidence/{office.evidence_id('A-01')}")


def test_the_same_form_twice_adds_one_file(office: Office) -> None:
    browser = office.signed_in("lead")
    address = f"/evidence/{office.evidence_id('A-01')}"
    fields = form_fields(browser.opens(address), f"{address}/files")

    for _ in range(2):
        answer = browser.post(f"{address}/files", fields, files={"file": ("a.pdf", PDF, "application/pdf")})
        assert answer.status_code == 303

    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record_type = 'file'")[0][0] == 1
