"""A review pack, read and checked: either whole and sound, or refused with every fault by file and path.

Nothing here touches a disk. `read_pack` takes the bytes of the files; `Pack.hash` is the SHA-256 over their names and bytes and
names the stream that an import writes (PROTOCOL.md 1.3). Positions of codings are counted in code points and must quote the
words that stand there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldwork.domain.pack_shapes import AREAS, EVIDENCE, FINDINGS, REVIEW, Fault, Shape
from fieldwork.domain.text import NotThere, quoted

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pack:
    """A sound pack. `evidence` is by file name, in order of the names."""

    hash: str
    review: Json
    areas: Json
    findings: Json
    evidence: Mapping[str, Json]


class PackRefused(Exception):
    """The pack was not sound; nothing of it was imported. `faults` lists everything wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def read_pack(files: Mapping[str, bytes]) -> Pack:
    """Read the files of a pack (name inside the folder → bytes). PackRefused lists every fault."""
    faults: list[Fault] = []
    parsed = {name: _parsed(name, raw, faults) for name, raw in sorted(files.items())}
    for name in ("review.json", "areas.json"):
        if name not in files:
            faults.append(Fault(name, "", "the file is missing"))
    for name, value in parsed.items():
        shape = _shape_of(name)
        if shape is None:
            faults.append(Fault(name, "", "a pack has no such file"))
        elif value is not _BROKEN:
            shape(value, "", lambda path, sentence, file=name: faults.append(Fault(file, path, sentence)))  # type: ignore[misc]
    if faults:
        raise PackRefused(sorted(faults))
    pack = Pack(
        _hash(files),
        parsed["review.json"],
        parsed["areas.json"],
        parsed.get("findings.json", {}),
        {name: value for name, value in parsed.items() if name.startswith("evidence/")},
    )
    faults.extend(_broken_references(pack))
    if faults:
        raise PackRefused(sorted(faults))
    return pack


_BROKEN: Any = object()


def _shape_of(name: str) -> Shape | None:
    whole = {"review.json": REVIEW, "areas.json": AREAS, "findings.json": FINDINGS}
    if name.startswith("evidence/") and name.endswith(".json") and name.count("/") == 1:
        return EVIDENCE
    return whole.get(name)


def _parsed(name: str, raw: bytes, faults: list[Fault]) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> Json:
        keys = [key for key, _ in pairs]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            faults.append(Fault(name, key, "the key is there more than once"))
        return dict(pairs)

    def refuse(constant: str) -> Any:
        faults.append(Fault(name, "", f"{constant} is not a number"))

    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
    except UnicodeDecodeError as error:
        faults.append(Fault(name, "", f"the file is not UTF-8 (byte {error.start})"))
    except json.JSONDecodeError as error:
        faults.append(Fault(name, f"line {error.lineno}", f"the file is not JSON: {error.msg}"))
    except (RecursionError, ValueError) as error:
        faults.append(Fault(name, "", f"the file cannot be read: {error}"))
    return _BROKEN


def _hash(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, raw in sorted(files.items()):
        whole.update(f"{name}\n{len(raw)}\n".encode())
        whole.update(raw)
    return whole.hexdigest()


def _twice(file: str, where: str, names: list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Fault(file, f"{where}[{index}]", f"“{name}” is there more than once")
        seen.add(name)


@dataclass(frozen=True, slots=True)
class _Named:
    """The names in a pack that others may point at."""

    codes: frozenset[str]
    questions: frozenset[str]
    areas: frozenset[str]
    children: frozenset[str]
    activity_types: frozenset[str]
    blocks: Mapping[str, int]


def _broken_references(pack: Pack) -> Iterator[Fault]:
    review, areas = pack.review, pack.areas["areas"]
    questions = [q["number"] for q in review["questions"]]
    subquestions = [s["number"] for q in review["questions"] for s in q["subquestions"]]
    codes = [c["ref"] for c in review["codebook"]["codes"]]
    yield from _twice("review.json", "questions", questions + subquestions)
    yield from _twice("review.json", "codebook.codes", codes)
    yield from _twice("areas.json", "areas", [a["letter"] for a in areas])
    yield from _twice("areas.json", "areas[].team", [m["id"] for a in areas for m in a["team"]])
    children = [c["pseudonym"] for a in areas for c in a.get("tracked_children", [])]
    yield from _twice("areas.json", "areas[].tracked_children", children)
    yield from _twice("evidence", "id", [e["id"] for e in pack.evidence.values()])
    named = _Named(
        frozenset(codes),
        frozenset(questions + subquestions),
        frozenset(a["letter"] for a in areas),
        frozenset(children),
        frozenset(t["ref"] for t in review.get("activity_types", [])),
        {e["id"]: len(e["blocks"]) for e in pack.evidence.values()},
    )
    for index, code in enumerate(review["codebook"]["codes"]):
        if code.get("question") is not None and code["question"] not in named.questions:
            yield Fault("review.json", f"codebook.codes[{index}].question", f"there is no question {code['question']}")
    for name, evidence in pack.evidence.items():
        yield from _evidence_references(name, evidence, named)
    yield from _finding_references(pack.findings, named)


def _evidence_references(file: str, evidence: Json, named: _Named) -> Iterator[Fault]:
    if evidence["area"] not in named.areas:
        yield Fault(file, "area", f"there is no area {evidence['area']}")
    activity = evidence["activity"]
    if named.activity_types and activity["type"] not in named.activity_types:
        yield Fault(file, "activity.type", f"there is no type of activity “{activity['type']}”")
    child = activity.get("tracked_child")
    if child is not None and child not in named.children:
        yield Fault(file, "activity.tracked_child", f"there is no tracked child {child}")
    for index, question in enumerate(evidence["header"].get("questions", [])):
        if question not in named.questions:
            yield Fault(file, f"header.questions[{index}]", f"there is no question {question}")
    for index, block in enumerate(evidence["blocks"]):
        if block.get("question") is not None and block["question"] not in named.questions:
            yield Fault(file, f"blocks[{index}].question", f"there is no question {block['question']}")
    for index, coding in enumerate(evidence["codings"]):
        path = f"codings[{index}]"
        if coding["code"] not in named.codes:
            yield Fault(file, f"{path}.code", f"there is no code {coding['code']}")
        if coding["block"] >= len(evidence["blocks"]):
            yield Fault(file, f"{path}.block", f"the record has {len(evidence['blocks'])} blocks, counted from 0")
            continue
        try:
            quoted(evidence["blocks"][coding["block"]]["text"], coding["start"], coding["end"], coding["quote"])
        except NotThere as problem:
            yield Fault(file, f"{path}.quote", str(problem))


def _finding_references(findings: Json, named: _Named) -> Iterator[Fault]:
    ids: list[str] = []
    for kind in ("emerging_findings", "cross_area_findings"):
        for index, finding in enumerate(findings.get(kind, [])):
            path = f"{kind}[{index}]"
            ids.append(finding["id"])
            if finding["question"] not in named.questions:
                yield Fault("findings.json", f"{path}.question", f"there is no question {finding['question']}")
            for number, code in enumerate(finding.get("codes", [])):
                if code not in named.codes:
                    yield Fault("findings.json", f"{path}.codes[{number}]", f"there is no code {code}")
            for side in ("supporting", "contradicting"):
                for number, place in enumerate(finding.get(side, [])):
                    if place["record"] not in named.blocks or place["block"] >= named.blocks[place["record"]]:
                        where = f"{path}.{side}[{number}]"
                        yield Fault("findings.json", where, f"there is no block {place['block']} in {place['record']}")
    yield from _twice("findings.json", "id", ids + [r["id"] for r in findings.get("recommendations", [])])
    for index, recommendation in enumerate(findings.get("recommendations", [])):
        for number, finding_id in enumerate(recommendation.get("findings", [])):
            if finding_id not in ids:
                where = f"recommendations[{index}].findings[{number}]"
                yield Fault("findings.json", where, f"there is no finding {finding_id}")
