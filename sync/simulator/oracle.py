"""The small model of what was promised: which operations were shown as saved, in which words, and what has been taken back since.

It knows nothing of how either half works. Whatever it holds must be found again at the end; whatever was redacted must not.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Meant:
    """Something a person set out to write; whether it was saved is another question."""

    operation: str
    person: str
    scope: str
    lane: str
    record_type: str
    record: str
    kind: str
    token: str | None = None
    """A word that no other note contains; None where there are no words."""
    locked_words: str | None = None
    """A word written while locked: it is in this operation and in the one that joins it to its record."""
    redacts: tuple[str, ...] = ()
    started_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """Shown as "Saved on this tablet"; the hashes are those that were shown with it. `tablet` is None at a desk."""

    meant: Meant
    tablet: str | None
    stream: str
    sequence: int
    header_hash: str
    body_hash: str


@dataclass
class Oracle:
    """Everything promised in one seed."""

    meant: dict[str, Meant] = field(default_factory=dict)
    saved: dict[str, Saved] = field(default_factory=dict)
    drafts: dict[str, Meant] = field(default_factory=dict)
    """Texts under way that the tablet said it keeps; each must become an operation."""
    meant_to_go: set[str] = field(default_factory=set)
    """Operations that somebody set out to redact, whether or not the redact was saved."""
    ended: frozenset[str] = frozenset()
    """Parts in the review (record ids) that are over."""
    kept_at_office: dict[str, str] = field(default_factory=dict)
    """Operation or line hash -> `held`, `quarantined` or `unreadable`, as central answered (I12)."""
    acknowledged_unheard: set[str] = field(default_factory=set)
    """Stored at the office, and the answer never reached the tablet."""
    held_places: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Person -> every scope and lane that this person was ever allowed to hold."""

    def means(self, meant: Meant) -> Meant:
        self.meant[meant.operation] = meant
        self.meant_to_go.update(meant.redacts)
        return meant

    def shown_saved(self, tablet: str | None, told: dict[str, object]) -> None:
        """A tablet said "saved" about an operation that we know the words of, or made itself when it was unlocked."""
        operation = str(told["operation"])
        meant = self.meant.get(operation)
        if meant is None:
            return
        self.saved[operation] = Saved(
            meant,
            tablet,
            str(told["stream"]),
            int(str(told["sequence"])),
            str(told["header_hash"]),
            str(told["body_hash"]),
        )
        self.drafts.pop(operation, None)

    def copy_of_rights_and_desk(self) -> tuple[frozenset[str], dict[str, Saved]]:
        """What a backup of the office holds of that which no tablet could offer again."""
        return self.ended, {name: saved for name, saved in self.saved.items() if saved.tablet is None}

    def goes_back_to(self, backup: tuple[frozenset[str], dict[str, Saved]]) -> None:
        """The office was restored: what was written at a desk since the backup is gone, as everybody was told it would be."""
        self.ended, at_desk = backup
        lost = [name for name, saved in self.saved.items() if saved.tablet is None and name not in at_desk]
        for name in lost:
            del self.saved[name]
        self.kept_at_office.clear()
        self.acknowledged_unheard.clear()

    def words_gone(self, operation: str) -> bool:
        return operation in self.meant_to_go
