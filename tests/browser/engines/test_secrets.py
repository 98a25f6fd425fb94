"""A tablet that is stolen tells nothing: no word that was written, looked for or thought lies anywhere in the browser's profile.

Fifty words that occur nowhere else are typed wherever the tablet takes words. The profile is copied while they stand on the screen,
when the tablet is locked, and after the browser was closed in good order, which is when it writes down sessions, history and forms.
Then every file is searched, for these words, the passphrase and every key that can be known from outside. (SEC-01)
"""

from __future__ import annotations

import base64
import re
import shutil
import string
from collections.abc import Iterable
from pathlib import Path
from random import SystemRandom
from typing import Any
from uuid import UUID

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_private_key
from playwright.sync_api import Playwright, expect

from fieldwork.settings import ROOT
from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.office import Office
from tests.browser.own_lock import OwnLock, enrols_with_a_passkey, unlocks_with_the_passkey
from tests.browser.tablet import PASSPHRASE

TEMPLATES = ROOT / "templates"
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
BOX = re.compile(
    r"<textarea\b[^>]*>|<input\b[^>]*\btype=\"(?:text|search|tel|email)\"[^>]*>|govuk(?:Textarea|Input)\(\{.*?\}\)",
    re.DOTALL,
)
KINDS = ["Exact words", "In our words", "Seen and heard", "From a document", "My thought"]

HEARD = """const get = CredentialsContainer.prototype.get;
CredentialsContainer.prototype.get = async function (asked) {
  const found = await get.call(this, asked);
  const results = found.getClientExtensionResults();
  self.heard = btoa(String.fromCharCode(...new Uint8Array(results.prf.results.first)));
  found.getClientExtensionResults = () => results;
  return found;
};"""


class Canaries:
    """Words that begin alike and end each in their own number, so that one search finds them all."""

    def __init__(self) -> None:
        self.stem = "".join(SystemRandom().choices(string.ascii_lowercase, k=14))
        self.count = 0

    def next(self) -> str:
        """Another one."""
        self.count += 1
        return f"{self.stem}{self.count:03}"


def test_no_box_for_words_is_one_that_a_browser_remembers() -> None:
    """SEC-01: without `autocomplete` switched off Chromium writes what stands in a box into its session files, seen here."""
    boxes = {
        f"{path.relative_to(TEMPLATES)}: {box}": "autocomplete" in box
        for path in sorted(TEMPLATES.rglob("*.html"))
        for box in BOX.findall(COMMENT.sub("", path.read_text("utf-8")))
    }

    assert len(boxes) >= 8
    assert [box for box, told in boxes.items() if not told] == []


@pytest.mark.engine("chromium")
def test_a_copied_profile_holds_no_word_and_no_key(
    closed_office: Office, playwright: Playwright, tmp_path: Path
) -> None:
    """SEC-01: 0 hits in IndexedDB, OPFS, caches, session restore, history and forms; as UTF-8, UTF-16 and Base64."""
    canaries = Canaries()
    profile = Profile(playwright, tmp_path / "profile")
    copies = {when: tmp_path / when for when in ("on the screen", "locked", "closed")}
    closed_office.opens()
    try:
        tablet = KeptTablet(profile.opens(), closed_office)
        tablet.enrols()
        closed_office.closes()
        _types_everywhere(tablet, canaries)
        assert canaries.count >= 50
        _copy(profile.folder, copies["on the screen"])
        tablet.locks()
        tablet.box.fill(f"While locked: {canaries.next()}")
        _copy(profile.folder, copies["locked"])
        keys = _keys_of(tablet)
        in_the_clear = next(row["carrying_token"] for row in tablet.rows("marks") if "carrying_token" in row)
    finally:
        profile.closes()
    _copy(profile.folder, copies["closed"])

    for when, folder in copies.items():
        assert _found(folder, [in_the_clear.encode()]), f"{when}: the search does not find what does lie there"
        assert _found(folder, _spellings(canaries.stem)) == [], when
        assert _found(folder, _spellings(PASSPHRASE)) == [], when
        for name, key in keys.items():
            assert _found(folder, _spellings_of_bytes(key)) == [], f"{when}: {name}"


@pytest.mark.engine("chromium")
def test_a_copied_profile_holds_nothing_that_a_passkey_gave(
    closed_office: Office, playwright: Playwright, tmp_path: Path
) -> None:
    """SEC-01: neither the bytes nor the key made of them; and the search finds the salt, which lies there in the clear."""
    profile = Profile(playwright, tmp_path / "profile")
    closed_office.address = f"http://localhost:{closed_office.port}"
    closed_office.opens()
    try:
        tablet = KeptTablet(profile.opens(), closed_office)
        tablet.page.add_init_script(HEARD)
        OwnLock(tablet.page)
        enrols_with_a_passkey(tablet)
        tablet.locks()
        unlocks_with_the_passkey(tablet.page)
        given = base64.b64decode(tablet.page.evaluate("self.heard"))
        person = next(row for row in tablet.rows("marks") if "wraps" in row)
    finally:
        profile.closes()

    salt = next(wrap["parameters"]["salt"] for wrap in person["wraps"] if wrap["way"] == "passkey")
    kek = HKDF(hashes.SHA256(), 32, salt=base64.b64decode(salt), info=b"fieldwork passkey 1").derive(given)
    assert _found(profile.folder, [salt.encode()])
    assert _found(profile.folder, _spellings_of_bytes(given)) == []
    assert _found(profile.folder, _spellings_of_bytes(kek)) == []


def _types_everywhere(tablet: KeptTablet, canaries: Canaries) -> None:
    """Notes of each kind, names in them, a changed note, a code's memo, search words, and words still in the box."""
    tablet.opens_the_visit()
    tablet.starts_a_record()
    for number in range(35):
        tablet.page.get_by_role("radio", name=KINDS[number % len(KINDS)]).check()
        tablet.saves(f"Mrs {canaries.next()} said: {canaries.next()}" if number < 5 else f"{canaries.next()} it was.")
    tablet.finishes_writing()
    tablet.page.get_by_role("link", name="Change").first.click()
    tablet.page.locator("form[data-writer] textarea").press_sequentially(f" {canaries.next()}")
    tablet.page.locator("form[data-writer] button[type=submit]").first.click()
    expect(tablet.page.locator(".fw-block__act").first).to_be_visible()
    for _ in range(3):
        tablet.page.get_by_role("link", name="Give a code").first.click()
        tablet.page.get_by_text("Who it is about, and why this code").click()
        tablet.page.locator("#memo").fill(canaries.next())
        tablet.page.locator("#code-search").fill(canaries.next())
        tablet.page.locator("#code-search").fill("behaviour policy")
        tablet.page.locator(".fw-codes__choose").filter(has_text="RSN-05").first.click()
        expect(tablet.notice).to_be_visible()
        tablet.page.get_by_role("link", name="Back to the record").click()
    for _ in range(4):
        tablet.goes_to("Find words")
        tablet.page.locator("#words").fill(canaries.next())
        tablet.page.locator("form.fw-find button").click()
        expect(tablet.page.locator("main p[role=status]")).not_to_be_empty()
    tablet.page.go_back()
    tablet.page.go_forward()
    tablet.opens_the_visit()
    tablet.page.locator("#records a").filter(has_text="Child interview, A-C01").first.click()
    tablet.page.get_by_role("link", name="Write in this record").click()
    tablet.box.press_sequentially(f"In the middle of {canaries.next()}")


def _copy(profile: Path, to: Path) -> None:
    """The profile as a thief would have it; sockets and locks of the running browser are not files of anybody's words."""
    shutil.copytree(
        profile, to, ignore=shutil.ignore_patterns("Singleton*", "DevToolsActivePort"), ignore_dangling_symlinks=True
    )


def _keys_of(tablet: KeptTablet) -> dict[str, bytes]:
    """Every key that the passphrase opens: the thief has the rows, and this test has the passphrase."""
    marks = tablet.rows("marks")
    person = next(row for row in marks if "wraps" in row)
    [wrap] = person["wraps"]
    parameters = wrap["parameters"]
    kek = hash_secret_raw(
        PASSPHRASE.encode(), base64.b64decode(parameters["salt"]), parameters["passes"], parameters["memory_kib"],
        parameters["lanes"], 32, Type.ID,
    )  # fmt: skip
    bound = f"fieldwork person 1 {person['person']} {person['public']} passphrase".encode()
    secrets = _opened(kek, wrap["keys"], bound)
    private = load_der_private_key(secrets[32:], None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    enrolment = next(row for row in marks if "reading_token" in row)
    reading = _opened(
        secrets[:32], enrolment["reading_token"], f"fieldwork reading token 1 {person['person']}".encode()
    )
    keys = {
        "the key from the passphrase": kek,
        "the key of pulled data": secrets[:32],
        "the person's private key": private.private_numbers().private_value.to_bytes(32, "big"),
        "the reading token": reading,
    }
    return keys | {f"carry key {row['id']}": _carry_key(row, private) for row in tablet.rows("carry_keys")}


def _carry_key(row: dict[str, Any], private: ec.EllipticCurvePrivateKey) -> bytes:
    """A carry key, unwrapped as its author would (PROTOCOL.md 3)."""
    ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(row["own"]["ephemeral"]))
    id_bytes = UUID(row["id"]).bytes
    derive = HKDF(hashes.SHA256(), 32, salt=id_bytes, info=f"fieldwork own 1 {row['lane']}".encode())
    return _opened(derive.derive(private.exchange(ec.ECDH(), ephemeral)), row["own"]["wrapped"], id_bytes)


def _opened(key: bytes, sealed: str, bound: bytes) -> bytes:
    raw = base64.b64decode(sealed)
    return AESGCM(key).decrypt(raw[:12], raw[12:], bound)


def _spellings(words: str) -> list[bytes]:
    """How a file may hold these words: UTF-8, UTF-16, and either of them in Base64."""
    plain = [words.encode("utf-8"), words.encode("utf-16-le")]
    return plain + [spelt for one in plain for spelt in _in_base64(one)]


def _spellings_of_bytes(key: bytes) -> list[bytes]:
    return [key, key.hex().encode(), *_in_base64(key)]


def _in_base64(plain: bytes) -> list[bytes]:
    """The three ways in which Base64 writes a run of bytes, by where in the text it begins, without its edges."""
    spelt = []
    for skipped in range(3):
        whole = base64.b64encode(bytes(skipped) + plain)
        inner = whole[4 if skipped else 0 : len(whole) - 4]
        spelt += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return spelt


def _found(folder: Path, spellings: Iterable[bytes]) -> list[str]:
    """Where any of these stands, whatever the case of its letters: `file: what stands around it`.

    The databases may be compressed (LevelDB uses Snappy): a run of letters that occurs for the first time in a block is kept literally.
    """
    hits = []
    wanted = [(spelling, spelling.lower()) for spelling in spellings]
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        text = path.read_bytes()
        small = text.lower()
        for spelling, low in wanted:
            at = text.find(spelling)
            at = small.find(low) if at < 0 and spelling.isalnum() else at
            if at >= 0:
                hits.append(f"{path.relative_to(folder)}: {text[max(0, at - 60) : at + 60]!r}")
    return hits
