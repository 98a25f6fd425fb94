"""The terms of a review's codebooks, for telling a term from somebody's own words."""

from __future__ import annotations

from fieldwork.domain.plain_codings import CodebookTerms
from fieldwork.store.log import Log
from fieldwork.store.records import records_in


async def codebook_terms(log: Log, review_id: str) -> CodebookTerms:
    """The codes of a review, by reference and by id, and the versions of its codebooks."""
    codes = await records_in(log, f"review:{review_id}", "code")
    versions = {one.get("version") for one in await records_in(log, f"review:{review_id}", "codebook")}
    return CodebookTerms(
        {name for code in codes for name in (str(code.get("ref", "")), code.record_id) if name},
        frozenset(version for version in versions if isinstance(version, str | int)),
    )
