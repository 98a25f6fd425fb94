"""Every type of record, with the fields that our own screens and the pack write, and the scope and lane each lives in.

A pushed operation may bring fields that are not listed: a newer tablet knows more than an older central, and words are never
refused for that. The list serves our own forms, the pack import and the projections. Names follow domain.md section 8.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldwork.domain.rights import Lane


@dataclass(frozen=True, slots=True)
class RecordType:
    """A type of record: where it lives, what it says, and which record it belongs to (`parent`, a field name)."""

    name: str
    scope_kind: str
    lane: Lane
    fields: tuple[str, ...]
    parent: str | None = None


def _type(name: str, scope_kind: str, fields: str, *, lane: Lane = "evidence", parent: str | None = None) -> RecordType:
    return RecordType(name, scope_kind, lane, tuple(fields.split()), parent)


RECORD_TYPES: dict[str, RecordType] = {
    record_type.name: record_type
    for record_type in (
        # The review: what is asked, in which words, by which rules.
        _type("review", "review", "title short_title series year theme settings"),
        _type("group", "review", "code label definition anchor place"),
        _type("question", "review", "number text purposes place"),
        _type("subquestion", "review", "question number text asked_of prompts place", parent="question"),
        _type("codebook", "review", "version status change_note note families"),
        _type(
            "code",
            "review",
            "codebook ref label definition use_when do_not_use_when family question subquestions active place",
            parent="codebook",
        ),
        _type("activity_type", "review", "ref label description place"),
        _type("participant_role", "review", "ref label audience perspective place"),
        _type("told_point", "review", "audience text place"),
        _type("consent_layer", "review", "ref label given_by required_when methods can_override_child place"),
        _type(
            "safeguarding_route", "review", "ref label when goes_to normally_referred_by default_hours_to_confirm place"
        ),
        _type("abbreviation", "review", "short expansion scope"),
        _type("retention_rule", "review", "class trigger length action basis holds_apply status"),
        # The areas and who goes there.
        _type("area", "review", "letter pseudonym naming_agreement agreement_evidence"),
        _type(
            "area_identity", "review", "area name region la_code population icb contact", lane="vault", parent="area"
        ),
        _type(
            "visit",
            "review",
            "area letter status notified_on fieldwork_from on_site_from on_site_to survey_opens survey_closes feedback_meeting",
            parent="area",
        ),
        _type("assignment", "review", "person name visit role discipline body grade from to ended_at"),
        # Inside one visit.
        _type("organisation", "visit", "ref type pseudonym"),
        _type("setting", "visit", "ref type pseudonym registration_status description"),
        _type("identity", "visit", "about name", lane="vault", parent="about"),
        _type("safeguarding_contact", "visit", "route name phone hours checked_on"),
        _type(
            "tracked_child",
            "visit",
            "pseudonym year_band sex send_status primary_need care_status selected_by selection_reason selection_date status",
        ),
        _type(
            "episode",
            "visit",
            "tracked_child group on_roll from to hours_per_week who_decided place",
            parent="tracked_child",
        ),
        _type("activity", "visit", "type title date start end mode place_kind present supporter tracked_child status"),
        _type(
            "consent",
            "visit",
            "activity participant layer method status given_on agrees told_points_read checks note",
            parent="activity",
        ),
        _type(
            "evidence",
            "visit",
            "activity ref type source_role group setting_type age_band phase send_status questions language abbreviations"
            " recorded_when origin status screened_at looked_through document paper loss_incident quarantine",
            parent="activity",
        ),
        _type("block", "visit", "evidence kind speaker_role text minute question place", parent="evidence"),
        _type(
            "coding",
            "visit",
            "evidence block revision start_cp end_cp quote before after code codebook_version valence agency memo coder coded_at",
            parent="block",
        ),
        _type("seen", "visit", "evidence heads", parent="evidence"),
        _type("file", "visit", "evidence name media_type size_bytes sha256", parent="evidence"),
        _type("decision", "visit", "about decision reason"),
        _type("concern", "visit", "exact_words said_at about_whom place", lane="concern"),
        # What is made of the evidence.
        _type(
            "emerging_finding",
            "visit",
            "ref question statement codes supporting contradicting source_types children_reached classification quantity_word"
            " addressee status gaps",
        ),
        _type(
            "finding",
            "review",
            "ref question statement codes quantity_word classification areas_supporting areas_contradicting areas_silent"
            " source_types supporting contradicting addressee confidence note",
        ),
        _type("recommendation", "review", "ref text addressee findings"),
    )
}
