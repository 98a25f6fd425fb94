"""Proves that the headers of one stream are whole: none changed, none missing, none exchanged.

Whoever holds a stream can check it, years later and with its redactions, because only headers are chained (section 6 of
the promise, I7). It says what is wrong first; it repairs nothing. Source: PROTOCOL.md 1.1 and 1.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.central.header import Header, Unreadable, hash_of, read_header


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """The header at `place` (from 1) does not follow. `code` is a header's code, `chain_other_stream`, `chain_gap` (the
    number) or `chain_broken` (the hash)."""

    place: int
    code: str
    operation: str | None


def verify_chain(headers: Iterable[bytes]) -> ChainProblem | None:
    """The first problem of a stream's headers, given in their order from sequence 1; None when the chain holds.

    A tail that was cut off cannot be seen from the headers alone: compare the last one with a mark kept elsewhere.
    """
    before: Header | None = None
    expected_previous = None
    for place, raw in enumerate(headers, start=1):
        try:
            header = read_header(raw)
        except Unreadable as problem:
            return ChainProblem(place, problem.code, None)
        if before is not None and header.stream != before.stream:
            return ChainProblem(place, "chain_other_stream", header.operation)
        if header.sequence != place:
            return ChainProblem(place, "chain_gap", header.operation)
        if header.previous != expected_previous:
            return ChainProblem(place, "chain_broken", header.operation)
        before, expected_previous = header, hash_of(raw)
    return None
