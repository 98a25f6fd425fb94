"""Importing a review pack: all of it in one transaction, or nothing (PROTOCOL.md 1.3).

The same pack again changes nothing, because its operations have the same ids and the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fieldwork.actions.central import Central
from fieldwork.domain.pack import Pack, read_pack
from fieldwork.domain.pack_operations import operations_of, review_id_of

MOST_PACK_BYTES = 512 * 1024 * 1024


class NoPack(Exception):
    """There is no folder of pack files at that place."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `written` is 0 when the pack was there already."""

    review_id: str
    pack_hash: str
    records: int
    written: int


def pack_in(folder: Path) -> Pack:
    """Read and check the pack in a folder. Raises NoPack, or PackRefused with every fault."""
    if not folder.is_dir():
        raise NoPack(f"{folder} is not a folder")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if sum(path.stat().st_size for path in paths) > MOST_PACK_BYTES:
        raise NoPack(f"{folder} is larger than a pack can be")
    return read_pack({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


async def import_pack(central: Central, pack: Pack) -> Imported:
    """Write every record of the pack that is not there yet."""
    drafts = list(operations_of(pack))
    outcome = await central.log.import_drafts(drafts, f"import:{pack.hash}")
    return Imported(review_id_of(pack.hash), pack.hash, len(drafts), len(outcome.entered))
