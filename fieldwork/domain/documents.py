"""Which files a record may carry, judged by what is in them and never by what they are called.

Read by uploads before anything is stored. A file that is not one of these is refused with a sentence. Whatever it is, it goes out
again as an attachment that no browser runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_FILE_BYTES = 25 * 1024 * 1024
NAME_MAX_CP = 120


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of file: what it is called in words, its media type, and the ending its name gets."""

    words: str
    media_type: str
    ending: str


PDF = DocumentKind("PDF", "application/pdf", ".pdf")
PNG = DocumentKind("PNG picture", "image/png", ".png")
JPEG = DocumentKind("JPEG picture", "image/jpeg", ".jpg")
DOCX = DocumentKind("Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
ODT = DocumentKind("OpenDocument text", "application/vnd.oasis.opendocument.text", ".odt")
TEXT = DocumentKind("plain text", "text/plain; charset=utf-8", ".txt")

ACCEPTED_IN_WORDS = "a PDF, a PNG or JPEG picture, a Word or OpenDocument text, or plain text"
KINDS = {kind.media_type: kind for kind in (PDF, PNG, JPEG, DOCX, ODT, TEXT)}


def kind_by_first_bytes(start: bytes) -> DocumentKind | None:
    """The kind that these first bytes announce; a zip and plain text need a second look and are not answered here."""
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    return None


def kind_by_contents(names: frozenset[str], mimetype: bytes) -> DocumentKind | None:
    """The kind of a zip, by the names in its directory and the first bytes of its entry `mimetype`."""
    if "[Content_Types].xml" in names and "word/document.xml" in names and "word/vbaProject.bin" not in names:
        return DOCX
    if "content.xml" in names and mimetype.strip() == ODT.media_type.encode():
        return ODT
    return None


def name_as_kept(given: str, kind: DocumentKind) -> str:
    """The file's name without a path or anything that cannot be seen, ending as its kind ends."""
    last = re.split(r"[\\/]", given)[-1]
    seen = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    stem = seen.rpartition(".")[0] if "." in seen else seen
    return (stem.strip(" .")[:NAME_MAX_CP] or "document") + kind.ending
