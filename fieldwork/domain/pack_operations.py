"""A pack as operations: one `create` for each record, with ids and salts that follow from the pack alone.

The same pack always gives the same bytes, so importing it twice changes nothing (PROTOCOL.md 1.3). What a pack does not state is
left out, never invented: an imported coding has a coder and a time only where the pack names them. Names of places and people go to
the vault lane; evidence knows areas by letter and settings by their bracketed description (rules R13, R22).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldwork.domain.draft import Draft
from fieldwork.domain.pack import Json, Pack
from fieldwork.domain.record_types import RECORD_TYPES
from fieldwork.domain.text import passage

PACK_NAMESPACE = uuid.UUID("7d1f6a0e-35c0-5c63-9d0c-6a8c0f5b6f2e")
HEADER_FIELDS = (
    "type",
    "source_role",
    "group",
    "setting_type",
    "age_band",
    "phase",
    "send_status",
    "questions",
    "language",
    "abbreviations",
)
NOT_THE_SETTINGS = ("title", "short_title", "series", "year", "theme")


def person_id_of(pack_hash: str, member: str) -> str:
    """The person id that a member of a pack's team gets; accounts of the demonstration use the same."""
    return _Ids(pack_hash).of(f"person/{member}")


def review_id_of(pack_hash: str) -> str:
    """The id of the review that importing this pack makes."""
    return _Ids(pack_hash).of("review")


@dataclass(frozen=True, slots=True)
class _Ids:
    pack_hash: str

    def of(self, name: str) -> str:
        return str(uuid.uuid5(PACK_NAMESPACE, f"{self.pack_hash}/{name}"))

    def salt(self, name: str) -> bytes:
        return hashlib.sha256(f"fieldwork pack salt/{self.pack_hash}/{name}".encode()).digest()[:16]


def operations_of(pack: Pack) -> Iterator[Draft]:
    """Every record of the pack as a draft, in an order in which nothing is named before it exists."""
    return _Writer(_Ids(pack.hash), pack).all()


class _Writer:
    def __init__(self, ids: _Ids, pack: Pack) -> None:
        self.ids, self.pack = ids, pack
        self.review_scope = f"review:{ids.of('review')}"

    def all(self) -> Iterator[Draft]:
        yield from self._review()
        for area in self.pack.areas["areas"]:
            yield from self._area(area)
        for evidence in self.pack.evidence.values():
            yield from self._evidence(evidence)
        yield from self._findings()

    def _create(self, scope: str, record_type: str, name: str, fields: Mapping[str, object]) -> Draft:
        stated = {key: value for key, value in fields.items() if value is not _NOT_STATED}
        return Draft(
            operation_id=self.ids.of(f"operation/{name}"),
            scope=scope,
            lane=RECORD_TYPES[record_type].lane,
            record_type=record_type,
            record_id=self.ids.of(name),
            kind="create",
            fields=stated,
            salt=self.ids.salt(name),
        )

    def _list(self, record_type: str, key: str, where: Json, keep: tuple[str, ...]) -> Iterator[Draft]:
        for index, item in enumerate(where.get(key, [])):
            fields = {name: item[name] for name in keep if name in item} | {"place": place(index)}
            yield self._create(self.review_scope, record_type, f"{key}/{index}", fields)

    def _review(self) -> Iterator[Draft]:
        whole, review = self.pack.review, self.pack.review["review"]
        settings = {key: value for key, value in review.items() if key not in NOT_THE_SETTINGS}
        settings |= {key: whole[key] for key in ("consent_rules", "safeguarding_rules") if key in whole}
        stated = {key: review[key] for key in NOT_THE_SETTINGS if key in review}
        yield self._create(self.review_scope, "review", "review", {**stated, "settings": settings})
        yield from self._list("group", "groups", whole, ("code", "label", "definition", "anchor"))
        for index, question in enumerate(whole["questions"]):
            yield from self._question(index, question)
        yield from self._codebook(whole["codebook"])
        for record_type, key in (
            ("activity_type", "activity_types"),
            ("participant_role", "participant_roles"),
            ("told_point", "told_points"),
            ("consent_layer", "consent_layers"),
            ("safeguarding_route", "safeguarding_routes"),
            ("abbreviation", "abbreviations"),
            ("retention_rule", "retention_rules"),
        ):
            yield from self._list(record_type, key, whole, RECORD_TYPES[record_type].fields)

    def _question(self, index: int, question: Json) -> Iterator[Draft]:
        name = f"questions/{question['number']}"
        yield self._create(
            self.review_scope,
            "question",
            name,
            {
                "number": question["number"],
                "text": question["text"],
                "purposes": question.get("purpose_ref", _NOT_STATED),
                "place": place(index),
            },
        )
        for order, sub in enumerate(question["subquestions"]):
            yield self._create(
                self.review_scope,
                "subquestion",
                f"questions/{sub['number']}",
                {
                    "question": self.ids.of(name),
                    "number": sub["number"],
                    "text": sub["text"],
                    "asked_of": sub.get("asked_of", _NOT_STATED),
                    "prompts": sub.get("prompts", _NOT_STATED),
                    "place": place(order),
                },
            )

    def _codebook(self, codebook: Json) -> Iterator[Draft]:
        fields = {key: codebook[key] for key in RECORD_TYPES["codebook"].fields if key in codebook}
        yield self._create(self.review_scope, "codebook", "codebook", fields)
        for index, code in enumerate(codebook["codes"]):
            kept = ("ref", "label", "definition", "use_when", "do_not_use_when", "question", "subquestions", "active")
            yield self._create(
                self.review_scope,
                "code",
                f"codes/{code['ref']}",
                {
                    **{key: code[key] for key in kept if key in code},
                    "codebook": self.ids.of("codebook"),
                    "family": code.get("parent", _NOT_STATED),
                    "place": place(index),
                },
            )

    def _area(self, area: Json) -> Iterator[Draft]:
        letter = area["letter"]
        fields = {key: area[key] for key in RECORD_TYPES["area"].fields if key in area}
        yield self._create(self.review_scope, "area", f"areas/{letter}", fields)
        identity = {key: area[key] for key in RECORD_TYPES["area_identity"].fields if key in area}
        identity["area"] = self.ids.of(f"areas/{letter}")
        yield self._create(self.review_scope, "area_identity", f"area_identities/{letter}", identity)
        visit = {key: area["visit"][key] for key in RECORD_TYPES["visit"].fields if key in area["visit"]}
        visit |= {"area": self.ids.of(f"areas/{letter}"), "letter": letter}
        yield self._create(self.review_scope, "visit", f"visits/{letter}", visit)
        for member in area["team"]:
            yield self._assignment(letter, member)
        yield from self._visit_lists(area, letter)

    def _assignment(self, letter: str, member: Json) -> Draft:
        role = member["role"] if member["role"] in ("lead", "researcher") else "inspector"
        return self._create(
            self.review_scope,
            "assignment",
            f"assignments/{member['id']}",
            {
                "person": self.ids.of(f"person/{member['id']}"),
                "name": member["name"],
                "visit": self.ids.of(f"visits/{letter}"),
                "role": role,
                "discipline": member["role"],
                **{key: member[key] for key in ("body", "grade", "from", "to") if key in member},
            },
        )

    def _visit_lists(self, area: Json, letter: str) -> Iterator[Draft]:
        scope = self._visit_scope(letter)
        for record_type, key in (("organisation", "organisations"), ("setting", "settings")):
            for item in area.get(key, []):
                name = f"{key}/{item['id']}"
                fields = {field: item[field] for field in RECORD_TYPES[record_type].fields if field in item}
                yield self._create(scope, record_type, name, {"ref": item["id"], **fields})
                yield self._create(
                    scope, "identity", f"identities/{item['id']}", {"about": self.ids.of(name), "name": item["name"]}
                )
        for index, contact in enumerate(area.get("safeguarding_contacts", [])):
            fields = {key: contact[key] for key in RECORD_TYPES["safeguarding_contact"].fields if key in contact}
            yield self._create(scope, "safeguarding_contact", f"safeguarding_contacts/{letter}/{index}", fields)
        for child in area.get("tracked_children", []):
            yield from self._child(scope, child)

    def _child(self, scope: str, child: Json) -> Iterator[Draft]:
        name = f"tracked_children/{child['pseudonym']}"
        fields = {key: child[key] for key in RECORD_TYPES["tracked_child"].fields if key in child}
        yield self._create(scope, "tracked_child", name, fields)
        for index, episode in enumerate(child.get("episodes", [])):
            fields = {key: episode[key] for key in RECORD_TYPES["episode"].fields if key in episode}
            fields |= {"tracked_child": self.ids.of(name), "place": place(index)}
            yield self._create(scope, "episode", f"{name}/episodes/{index}", fields)

    def _visit_scope(self, letter: str) -> str:
        return f"visit:{self.ids.of(f'visits/{letter}')}"

    def _evidence(self, evidence: Json) -> Iterator[Draft]:
        scope, name = self._visit_scope(evidence["area"]), f"evidence/{evidence['id']}"
        activity, header = evidence["activity"], evidence["header"]
        kept = ("type", "date", "start", "end", "mode", "place_kind", "present", "supporter", "tracked_child")
        yield self._create(
            scope, "activity", f"activities/{evidence['id']}", {key: activity[key] for key in kept if key in activity}
        )
        for index, consent in enumerate(evidence.get("consent", [])):
            yield self._create(
                scope,
                "consent",
                f"{name}/consent/{index}",
                {"activity": self.ids.of(f"activities/{evidence['id']}"), **consent},
            )
        extras = ("recorded_when", "origin", "status", "document", "paper", "loss_incident", "quarantine")
        yield self._create(
            scope,
            "evidence",
            name,
            {
                "activity": self.ids.of(f"activities/{evidence['id']}"),
                "ref": evidence["id"],
                **{key: header[key] for key in HEADER_FIELDS if key in header},
                **{key: evidence[key] for key in extras if key in evidence},
            },
        )
        for index, block in enumerate(evidence["blocks"]):
            said = ("kind", "speaker_role", "text", "minute", "question")
            fields = {key: block[key] for key in said if key in block}
            fields |= {"evidence": self.ids.of(name), "place": place(index)}
            yield self._create(scope, "block", f"{name}/blocks/{index}", fields)
        for index, coding in enumerate(evidence["codings"]):
            yield self._coding(scope, name, index, coding, evidence["blocks"][coding["block"]]["text"])

    def _coding(self, scope: str, evidence: str, index: int, coding: Json, text: str) -> Draft:
        words = passage(text, coding["start"], coding["end"])
        block = f"{evidence}/blocks/{coding['block']}"
        return self._create(
            scope,
            "coding",
            f"{evidence}/codings/{index}",
            {
                "evidence": self.ids.of(evidence),
                "block": self.ids.of(block),
                "revision": self.ids.of(f"operation/{block}"),
                "start_cp": words.start_cp,
                "end_cp": words.end_cp,
                "quote": words.quote,
                "before": words.before,
                "after": words.after,
                "code": coding["code"],
                "codebook_version": self.pack.review["codebook"]["version"],
                **{key: coding[key] for key in ("valence", "agency", "memo", "coder", "coded_at") if key in coding},
            },
        )

    def _findings(self) -> Iterator[Draft]:
        findings = self.pack.findings
        for item in findings.get("emerging_findings", []):
            yield self._finding("emerging_finding", self._visit_scope(item["area"]), item)
        for item in findings.get("cross_area_findings", []):
            yield self._finding("finding", self.review_scope, item)
        for item in findings.get("recommendations", []):
            refs = [self.ids.of(f"findings/{ref}") for ref in item.get("findings", [])]
            fields = {"ref": item["id"], "text": item["text"], "addressee": item.get("addressee", _NOT_STATED)}
            yield self._create(
                self.review_scope, "recommendation", f"recommendations/{item['id']}", {**fields, "findings": refs}
            )

    def _finding(self, record_type: str, scope: str, item: Json) -> Draft:
        fields = {key: item[key] for key in RECORD_TYPES[record_type].fields if key in item}
        for side in ("supporting", "contradicting"):
            if side in item:
                fields[side] = [self.ids.of(f"evidence/{at['record']}/blocks/{at['block']}") for at in item[side]]
        return self._create(scope, record_type, f"findings/{item['id']}", {"ref": item["id"], **fields})


def place(index: int) -> str:
    """Where the item at `index` stands among its siblings: sorted as text, with room between for what comes later."""
    return f"{(index + 1) * 100:08d}"


_NOT_STATED: Any = object()
