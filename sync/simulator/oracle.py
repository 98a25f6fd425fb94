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


Backup = tuple[frozenset[str], frozenset[tuple[str, str]], dict[str, Saved]]
"""Parts that were over, devices that were revoked, and what had been written at a desk."""


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
    revoked: frozenset[tuple[str, str]] = frozenset()
    """Tablet and person whose device was revoked: it may bring, and gets nothing."""
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Tablet and person enrolled since the backup that the office went back to: they have to enrol again."""
    removals_lost: set[str] = field(default_factory=set)
    """Operations whose redact went with a lost tablet. Who had heard of it holds nothing of them; a restored office may have them again
    until somebody removes them once more (PROTOCOL.md 4.3).
    """
    lost_tablets: set[str] = field(default_factory=set)
    """Tablets that nobody will ever see again."""
    reports: dict[str, str] = field(default_factory=dict)
    """Report that was seen to wait -> its tablet (I13)."""
    kept_at_office: dict[str, str] = field(default_factory=dict)
    """Operation or line hash -> `held`, `quarantined` or `unreadable`, as central answered (I12)."""
    acknowledged_unheard: set[str] = field(default_factory=set)
    """Stored at the office, and the answer never reached the tablet."""

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

    def copy_of_rights_and_desk(self) -> Backup:
        """What a backup of the office holds of that which no tablet could offer again."""
        return self.ended, self.revoked, {name: saved for name, saved in self.saved.items() if saved.tablet is None}

    def goes_back_to(self, backup: Backup) -> None:
        """The office was restored: what was written at a desk since the backup is gone, as everybody was told it would be."""
        self.ended, self.revoked, at_desk = backup
        lost = [name for name, saved in self.saved.items() if saved.tablet is None and name not in at_desk]
        for name in lost:
            del self.saved[name]
        self.kept_at_office.clear()
        self.reports.clear()
        self.acknowledged_unheard.clear()

    def forgets_what_only_lost_tablets_had(self, at_office: set[str]) -> int:
        """What had not come to the office went with the tablet, and nobody can be held to it. Gives how many notes that were."""
        gone = [name for name, each in self.saved.items() if each.tablet in self.lost_tablets and name not in at_office]
        for name in gone:
            del self.saved[name]
        # Also a redact of which nobody was told that it is saved may have come to the office, and have been heard of, before a restore.
        for name, meant in self.meant.items():
            if name not in self.saved and name not in at_office:
                self.removals_lost.update(meant.redacts)
        return len(gone)

    def forgets_reports_of(self, tablet: str) -> None:
        """A report has no second copy: it goes with the database."""
        self.reports = {report: at for report, at in self.reports.items() if at != tablet}

    def words_gone(self, operation: str) -> bool:
        return operation in self.meant_to_go
