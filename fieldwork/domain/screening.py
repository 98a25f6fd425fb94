"""Whether anybody has looked through a record's words for names, before people beyond the visit's team may read them (R12, design 7).

A look is the author's revision of the record that sets `screened_at`. It names in `looked_through` the operations whose words were on
the page, so it speaks for those words and for no others: what a colleague's tablet brings later, or brought while the author was
looking at an older page, has been seen by nobody. Words that came with a pack were pseudonymised before they came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

LOOK = "screened_at"
LOOKED_THROUGH = "looked_through"

Values = Mapping[str, Sequence[tuple[str, object]]]
"""The fields of a record as they stand: (operation, value) for each, several where people differ."""


def from_pack(operation: str) -> bool:
    """Whether the operation came with a pack: only there an id is of version 5 (PROTOCOL.md 1.1)."""
    return operation[14] == "5"


def words_in(fields: Values) -> set[str]:
    """The operations whose words stand in a block now, those of a pack apart: what somebody has to look through."""
    return {
        operation
        for values in fields.values()
        for operation, value in values
        if value is not None and not from_pack(operation)
    }


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks that stand in a record. `named` is None when none of them says what it looked through."""

    operations: tuple[str, ...]
    named: frozenset[str] | None
    record_from_pack: bool

    @property
    def may_count(self) -> bool:
        """Whether the record can count as screened at all, whatever words it has."""
        return self.record_from_pack or bool(self.operations)

    @property
    def by_position(self) -> bool:
        """Whether only the order of arrival can say what was looked through."""
        return bool(self.operations) and self.named is None

    def cover(self, words: Collection[str], positions: Mapping[str, int]) -> bool:
        """Whether the record counts as screened with these words (`words_in` of all its blocks).

        Looks of two tablets stand beside each other and each covers what it names. A look that names nothing, from before looks did,
        covers what stood before it in the log; `positions` are asked only then. What it should cover and has no position is not covered.
        """
        if not words:
            return self.may_count
        if not self.operations:
            return False
        if self.named is not None:
            return self.named.issuperset(words)
        last = max(positions.get(look, 0) for look in self.operations)
        return all(word in positions and positions[word] < last for word in words)


def looks_in(fields: Values) -> Looks:
    """The looks of a record of evidence, from its fields."""
    operations = tuple(by for by, at in fields.get(LOOK, ()) if isinstance(at, str))
    lists = fields.get(LOOKED_THROUGH, ())
    named: Set[str] = {one for _, value in lists if isinstance(value, list) for one in value if isinstance(one, str)}
    imported = any(from_pack(by) for values in fields.values() for by, _ in values)
    return Looks(operations, frozenset(named) if lists else None, imported)
