"""How this central is set up: one frozen value, read from the environment once, at the start.

Nothing else reads the environment. What an organisation may change while the server runs lives in the database instead.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: `templates/`, `static/` and `sync/` lie here, beside the package."""

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


class SettingsProblem(Exception):
    """Something in the environment cannot be right; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`data` holds files and keys; `database_url` says where the log is (design 10)."""

    data: Path
    database_url: str = field(repr=False)
    root: Path = ROOT
    secure: bool = False
    """True when people reach this central over HTTPS: cookies are then Secure and their names say so."""
    allowed_hosts: tuple[str, ...] = THIS_MACHINE
    proving: Path | None = None
    """Where a backup is proved; None: in the data folder with SQLite, in memory with PostgreSQL (`backup/proving.py`)."""

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def exports(self) -> Path:
        return self.data / "exports"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `FIELDWORK_DATA`, `DATABASE_URL`, `FIELDWORK_HOSTS`, `FIELDWORK_SECURE` and `FIELDWORK_PROVING`."""
    data = Path(environment.get("FIELDWORK_DATA") or ROOT / ".data").absolute()
    hosts = tuple(host.strip() for host in environment.get("FIELDWORK_HOSTS", "").split(",") if host.strip())
    proving = environment.get("FIELDWORK_PROVING")
    secure = environment.get("FIELDWORK_SECURE", "")
    if secure not in ("", "0", "1"):
        raise SettingsProblem("FIELDWORK_SECURE is 1 behind HTTPS, and 0 or nothing on this machine alone")
    return Settings(
        data=data,
        database_url=environment.get("DATABASE_URL") or f"sqlite://{data / 'central.sqlite3'}",
        secure=secure == "1",
        allowed_hosts=hosts or THIS_MACHINE,
        proving=Path(proving).absolute() if proving else None,
    )
