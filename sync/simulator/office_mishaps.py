"""What can befall the office in the course of a day: it stops, dies, comes back from a backup, ends somebody's part, refuses a device."""

from __future__ import annotations

from sync.simulator.cast import ADA, BEN_A, CAL_A, CAL_B, REVIEW
from sync.simulator.chance import written
from sync.simulator.office import DeskWriting
from sync.simulator.oracle import Backup
from sync.simulator.wire import name_of
from sync.simulator.world import World


class OfficeMishaps:
    """The office of one world. Each mishap says whether it came about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.starts_at: int | None = None
        self.backup: Backup | None = None
        self.enrolled: dict[tuple[str, str], tuple[str, str]] = {}
        """The devices in that backup, with their tokens."""

    async def restarts(self) -> bool:
        self.world.plans("the office restarts")
        if self.world.office.up:
            await self.world.office.restart()
        else:
            await self._opens()
        return True

    async def is_killed(self) -> bool:
        if not self.world.office.up:
            return False
        self.world.plans("the office is killed")
        await self.world.office.kill()
        return True

    async def comes_back(self) -> None:
        """A dead office is noticed, and started again after a while."""
        world = self.world
        if world.office.up:
            return
        if self.starts_at is None:
            self.starts_at = world.step + world.chance.randint(0, 4)
        if world.step >= self.starts_at:
            await self._opens()

    async def _opens(self) -> None:
        self.starts_at = None
        self.world.trace.tell("the office starts")
        await self.world.office.start()

    async def backs_up(self) -> None:
        """At any moment, also while some wait there: what a backup has as held or quarantined is offered again (PROTOCOL.md 4.3)."""
        if not self.world.office.up:
            return
        self.world.plans("the office is backed up")
        await self.world.office.back_up("yesterday")
        self.backup = self.world.oracle.copy_of_rights_and_desk()
        self.enrolled = dict(self.world.tokens)

    async def is_restored(self) -> bool:
        assert self.backup is not None
        world = self.world
        world.plans("the office is restored from its backup")
        self.starts_at = None
        await world.office.restore("yesterday", world.chance.uuid4())
        world.oracle.goes_back_to(self.backup)
        world.oracle.unknown = {each for each, tokens in world.tokens.items() if self.enrolled[each] != tokens}
        await self.forgets_lost_tablets()
        return True

    async def ends_assignment(self) -> bool:
        """The lead ends somebody's part at a desk; what they wrote before and bring later is for the lead to let in."""
        world = self.world
        part = world.chance.choice((BEN_A, CAL_A, CAL_B))
        if not world.office.up or part.record in world.oracle.ended:
            return False
        world.plans("a part in the review ends", part.record)
        writing = DeskWriting(
            world.chance.uuid7(world.clock.now),
            REVIEW,
            "evidence",
            "assignment",
            part.record,
            "revise",
            {"ended_at": written(world.clock.now)},
            world.chance.randbytes(16),
            (part.operation,),
        )
        await world.office.write([writing], ADA)
        world.oracle.ended |= {part.record}
        return True

    async def revokes_device(self) -> bool:
        """Somebody's device is refused from now on; or, if it is refused already, they enrol again on the same tablet."""
        world = self.world
        if not world.office.up:
            return False
        tablet = world.chance.choice(list(world.tablets.values()))
        device = (tablet.name, world.chance.choice(tablet.people))
        if device in world.oracle.revoked | world.oracle.unknown:
            await world.enrols_again(*device)
            return False
        world.plans(f"the device of {name_of(device[1])} on {tablet.name} is revoked")
        await world.office.revoke(*device)
        world.oracle.revoked |= {device}
        return True

    async def forgets_lost_tablets(self) -> None:
        if not self.world.oracle.lost_tablets:
            return
        facts = await self.world.office.look()
        stored = {each.operation for each in facts.operations if each.standing == "stored"}
        gone = self.world.oracle.forgets_what_only_lost_tablets_had(stored)
        self.world.trace.count("notes that only a lost tablet had", gone)
