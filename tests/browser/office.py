"""An office for the browser tests: a real server process on a free loopback port, with the demonstration pack and a folder of its own."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import openpyxl

from fieldwork.settings import ROOT

LONGEST_START_S = 40


class Office:
    """Central as a tablet reaches it. `closes` and `opens` are the server going away and coming back with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {"FIELDWORK_DATA": str(folder), "DATABASE_URL": ""}
        self._server: subprocess.Popen[bytes] | None = None

    def takes_in_the_pack(self) -> None:
        """Import the demonstration pack."""
        self._prepares("pack")

    def copied_to(self, folder: Path) -> Office:
        """Another office with the same data, in another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Office(folder)

    def code_for(self, member: str) -> str:
        """An enrolment code for a member of the pack's team, as the administrator would read it out."""
        return self._prepares("code", member)

    def opens(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "tests.browser.serving:app", "--port", str(self.port), "--log-level", "warning"],
                cwd=ROOT, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + LONGEST_START_S
        while not self._answers():
            assert self._server.poll() is None, (self.folder / "server.log").read_text("utf-8")
            assert time.monotonic() < until, "the server did not answer"
            time.sleep(0.1)

    def closes(self) -> None:
        """Stop the server process, this one and no other."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(20)
            self._server = None

    def log_rows(self, record_type: str) -> list[sqlite3.Row]:
        """What people have written of one type, in order: operation, record, header, body. The imported pack is left out."""
        with sqlite3.connect(f"file:{self.folder / 'central.sqlite3'}?mode=ro", uri=True) as raw:
            raw.row_factory = sqlite3.Row
            return raw.execute(
                "SELECT operation, record, header, body FROM operation_evidence o JOIN stream s ON s.id = o.stream_id"
                " WHERE standing = 'stored' AND record_type = ? AND s.person <> '' ORDER BY position",
                (record_type,),
            ).fetchall()

    def exported(self, name: str) -> Path:
        """Write an export with the command that an operator has; its format is the ending of the name."""
        out = self.folder / name
        done = self.command("export", "--format", out.suffix[1:], "--out", str(out))
        assert done.returncode == 0, done.stdout + done.stderr
        return out

    def exported_of(self, operation: str) -> tuple[list[dict[str, str]], set[object]]:
        """A new export in both forms: the rows of the CSV that name this operation, and every cell of the workbook."""
        with self.exported("coded.csv").open(encoding="utf-8-sig", newline="") as opened:
            rows = [row for row in csv.DictReader(opened) if operation in row.values()]
        book = openpyxl.load_workbook(self.exported("coded.xlsx"), read_only=True)
        cells: set[object] = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
        book.close()
        return rows, cells

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `fieldwork` on this office's folder."""
        return subprocess.run(
            [str(Path(sys.executable).parent / "fieldwork"), *words],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def password_of(self, role: str) -> tuple[str, str]:
        """The name and the password of a demonstration account."""
        name = f"{role}@demonstration.example"
        passwords = json.loads((self.folder / "demonstration-accounts.json").read_text("utf-8"))
        return name, str(passwords[name])

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/livez", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _prepares(self, *what: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.preparing", *what],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def places_of(words: str, *folders: Path) -> list[str]:
    """Every file below these folders that holds the words, in UTF-8 or UTF-16."""
    needles = (words.encode(), words.encode("utf-16-le"))
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [str(path) for path in files if any(needle in path.read_bytes() for needle in needles)]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
