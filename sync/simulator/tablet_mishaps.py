"""What can befall a tablet in a day: its line is cut, it dies, loses power, fills up, forgets, tells the wrong time, is lost."""

from __future__ import annotations

from sync.simulator.office_mishaps import OfficeMishaps
from sync.simulator.wire import Clog
from sync.simulator.world import TabletSeen, World

A_DAY_MS = 86_400_000
A_SMALL_ROW_BYTES = 600
"""What still fits on a nearly full tablet: a mark or a counter, and no note."""


class TabletMishaps:
    """The tablets of one world. Each mishap says whether it came about."""

    def __init__(self, world: World, office: OfficeMishaps) -> None:
        self.world, self.office = world, office

    def _a_tablet(self) -> TabletSeen:
        return self.world.chance.choice(list(self.world.tablets.values()))

    def _a_running_tablet(self) -> TabletSeen | None:
        running = [each for each in self.world.tablets.values() if each.runs]
        return self.world.chance.choice(running) if running else None

    async def cuts_up(self) -> bool:
        return self._cuts(self.world.wire.cut_up, "send")

    async def cuts_down(self) -> bool:
        return self._cuts(self.world.wire.cut_down, "hear")

    def _cuts(self, cut: dict[str, int], what: str) -> bool:
        """One direction of one line is closed for a while, and the other stays open."""
        tablet = self._a_tablet()
        cut[tablet.name] = self.world.step + self.world.chance.randint(2, 10)
        self.world.plans(f"{tablet.name} cannot {what}")
        return True

    async def clogs_all_lines(self) -> bool:
        """Every line stops, one after the other, and they go again in another order."""
        wire, chance, step = self.world.wire, self.world.chance, self.world.step
        lines = [(name, direction) for name in self.world.tablets for direction in ("up", "down")]
        stops, goes = chance.sample(lines, len(lines)), chance.sample(lines, len(lines))
        wire.clogs = [Clog(*line, step + at, step + len(lines) + goes.index(line) + 1) for at, line in enumerate(stops)]
        self.world.plans("every line stops, one after the other:", *(" ".join(line) for line in stops))
        return True

    async def loses_tablet(self) -> bool:
        """A tablet is gone for good, at a moment when somebody can say what the office has of it."""
        world = self.world
        if not world.office.up or world.oracle.lost_tablets or world.chance.happens(0.7):
            return False
        tablet = self._a_tablet()
        world.plans(f"{tablet.name} is lost")
        if tablet.runs:
            await world.does(tablet, "kill")
        self._forgets_what_was_there_once(tablet)
        world.oracle.lost_tablets.add(tablet.name)
        del world.tablets[tablet.name]
        await self.office.forgets_lost_tablets()
        return True

    async def kills_tablet(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        self.world.plans(f"{tablet.name} is killed")
        await self.world.does(tablet, "kill")
        return True

    async def cuts_power(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        self.world.plans(f"{tablet.name} loses power")
        await self.world.does(tablet, "power_loss", tear=self.world.chance.random())
        return True

    async def arms_crash(self) -> bool:
        tablet = self._a_running_tablet()
        if tablet is None:
            return False
        chance = self.world.chance
        tab, point, power = chance.choice(tablet.tabs).number, chance.randint(1, 25), chance.happens(0.5)
        self.world.plans(f"{tablet.name}/{tab} will crash at its point {point}", "losing power" if power else "")
        await self.world.does(tablet, "arm_crash", tab=tab, point=point, power=power, tear=chance.random())
        return True

    async def fails_storage(self, kind: str) -> bool:
        tablet = self._a_tablet()
        self.world.storage_trouble = True
        commits = self.world.chance.randint(1, 5)
        self.world.plans(f"{tablet.name}: {kind} for {commits} commits")
        fault = {"kind": kind, "commits": commits, "reads": self.world.chance.happens(0.2)}
        if kind == "quota" and self.world.chance.happens(0.5):
            fault["room_bytes"] = A_SMALL_ROW_BYTES
        await self.world.does(tablet, "fault", storage=fault)
        return True

    async def fails_journal(self) -> bool:
        tablet = self._a_tablet()
        self.world.storage_trouble = True
        self.world.plans(f"{tablet.name}: the journal fails")
        await self.world.does(tablet, "fault", journal={"kind": "failed", "writes": self.world.chance.randint(1, 4)})
        return True

    async def steps_clock(self) -> bool:
        tablet = self._a_tablet()
        tablet.off_ms += self.world.chance.randint(-7_200_000, 7_200_000)
        self.world.plans(f"{tablet.name}'s clock steps to {tablet.off_ms} ms off")
        return True

    async def sets_clock_off(self) -> bool:
        tablet = self._a_tablet()
        tablet.off_ms = self.world.chance.choice((-A_DAY_MS, A_DAY_MS))
        self.world.plans(f"{tablet.name}'s clock is a day off")
        return True

    async def wipes_database(self) -> bool:
        """The browser throws the database away; the journal beside it stays."""
        tablet = self._a_tablet()
        self.world.plans(f"{tablet.name} loses its database")
        if tablet.runs:
            await self.world.does(tablet, "kill")
        self.world.ok(tablet, await self.world.does(tablet, "wipe", what=["database"]))
        self._forgets_what_was_there_once(tablet)
        return True

    async def puts_database_back(self) -> bool:
        """An older copy of the database comes back, as after a restore of the whole tablet; the journal is newer."""
        tablet = self._a_tablet()
        if tablet.snapshots == 0 or self.world.chance.happens(0.3):
            tablet.snapshots += 1
            self.world.ok(tablet, await self.world.does(tablet, "snapshot", name="older"))
            return False
        self.world.plans(f"{tablet.name}: an older database is put back")
        if tablet.runs:
            await self.world.does(tablet, "kill")
        self.world.ok(tablet, await self.world.does(tablet, "put_back", name="older"))
        self._forgets_what_was_there_once(tablet)
        return True

    def _forgets_what_was_there_once(self, tablet: TabletSeen) -> None:
        """A draft has no second copy, and nobody was told that it has one; nor has a report."""
        oracle = self.world.oracle
        oracle.forgets_reports_of(tablet.name)
        oracle.drafts = {name: each for name, each in oracle.drafts.items() if each.person not in tablet.people}
        tablet.interview = None
