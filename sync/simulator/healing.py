"""After the storm: no more faults, everybody comes back, and within fifty rounds everything must have drained (I5).

A queue that keeps every note and never sends it again has kept half of the promise only.
"""

from __future__ import annotations

from typing import Any

from sync.simulator.broken import Broken, ProgramFailed
from sync.simulator.cast import ADA, DEE, REVIEW, may_hold
from sync.simulator.chance import Chance
from sync.simulator.invariants import check_healed
from sync.simulator.node import Line
from sync.simulator.office import DeskWriting
from sync.simulator.people import People
from sync.simulator.world import Tab, TabletSeen, World

MOST_ROUNDS = 50
MOST_STEPS = 60
RELEASABLE = frozenset({"not_assigned", "assignment_ended", "not_permitted"})


class Healing:
    """The calm that follows the storm of one world."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people

    async def heals(self) -> None:
        world = self.world
        world.plans("the storm is over")
        world.wire.calm = True
        if not world.office.up:
            await world.office.start()
        await world.delivers_what_is_due(everything=True)
        world.office.premises.cut_pages(None)
        for device in sorted(world.oracle.revoked | world.oracle.unknown):
            if device[0] in world.tablets:
                await world.enrols_again(*device)
        for sha256 in world.files_named:
            await world.office.keep_file(sha256)
        for tablet in world.tablets.values():
            await world.does(tablet, "fault", storage=None, journal=None)
            await world.does(tablet, "kill")
        rounds = 0
        while not await self._one_round():
            rounds += 1
            if rounds == MOST_ROUNDS:
                await check_healed(world)
                raise Broken("I5", f"not everything has drained after {MOST_ROUNDS} rounds")
        world.trace.count("rounds of healing", rounds + 1)
        await check_healed(world)
        world.trace.tell("healed after", rounds + 1)

    async def _one_round(self) -> bool:
        """True when nothing moved: neither sent, nor fetched, nor let in."""
        world = self.world
        world.step += 1
        world.clock.moves(60_000)
        moved = False
        for tablet in world.tablets.values():
            moved = await self._tablet_works(tablet) or moved
        return not (await self._lead_lets_in() or moved)

    async def _tablet_works(self, tablet: TabletSeen) -> bool:
        moved = False
        if not tablet.runs:
            await self._does(tablet, "start")
            tablet.tabs = [Tab(1)]
            moved = True
            self.world.reports_waiting |= set((await self._does(tablet, "reports"))["reports"])
        moved = (await self._does(tablet, "report_step"))["taken"] > 0 or moved
        for person in tablet.people:
            if tablet.tabs[0].person != person:
                tablet.tabs[0].person = person
                await self._does(tablet, "unlock", person=person)
            taken = await self._does(tablet, "take_drafts")
            for saved in taken["saved"]:
                for told in saved["operations"]:
                    self.world.oracle.shown_saved(tablet.name, told)
                moved = True
            moved = await self._sends(tablet) or moved
            for scope, lane in sorted(may_hold(person, frozenset())):
                moved = await self._fetches(tablet, scope, lane) or moved
        return moved

    async def _sends(self, tablet: TabletSeen) -> bool:
        moved = False
        asked = await self._does(tablet, "manifest_step")
        redacted = bool(asked["redacted"])
        while asked["epochChanged"]:
            asked = await self._does(tablet, "manifest_step")
            redacted = redacted or bool(asked["redacted"])
        for _ in range(MOST_STEPS):
            pushed = await self._does(tablet, "flush_step")
            progress = pushed["safe"] or pushed["attention"] or pushed["epochChanged"] or pushed["problem"]
            moved = moved or bool(progress)
            if not progress:
                break
        return moved or redacted or bool(asked["offered"])

    async def _fetches(self, tablet: TabletSeen, scope: str, lane: str) -> bool:
        moved = False
        for _ in range(MOST_STEPS):
            pulled = await self._does(tablet, "pull_step", scope=scope, lane=lane)
            moved = moved or pulled["count"] > 0 or pulled["epochChanged"]
            if not pulled["more"] and pulled["problem"] in (None, "not_readable_here"):
                return moved
        raise Broken("I5", f"{tablet.name} never came to the end of {scope} {lane}: {pulled}")

    async def _does(self, tablet: TabletSeen, deed: str, **more: Any) -> Line:
        reply = await self.world.does(tablet, deed, **more)
        if "ok" not in reply:
            raise ProgramFailed(f"{deed} on {tablet.name}, in the calm: {reply}")
        self.world.told(tablet, reply)
        found: Line = reply["ok"]
        return found

    async def _lead_lets_in(self) -> bool:
        """What the office kept for a person to look at is looked at."""
        facts = await self.world.office.look()
        waiting = [
            each
            for each in facts.operations
            if each.standing == "quarantined" and each.code in RELEASABLE and not _is_decision(each.header)
        ]
        chance: Chance = self.world.chance
        for each in waiting:
            if each.scope == REVIEW:
                continue
            writing = DeskWriting(
                chance.uuid7(self.world.clock.now),
                each.scope,
                each.lane,
                "decision",
                chance.uuid4(),
                "create",
                {"about": each.operation, "decision": "release", "reason": "seen"},
                chance.randbytes(16),
            )
            # Among the concerns it is the safeguarding lead who decides.
            await self.world.office.write([writing], DEE if each.lane == "concern" else ADA)
        return any(each.scope != REVIEW for each in waiting)


def _is_decision(header: bytes) -> bool:
    """A decision that may not be made itself is not decided on: that would go on for ever."""
    return b'"record_type":"decision"' in header
