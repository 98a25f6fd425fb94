"""A passkey of the tablet opens it first, without a connection; the passphrase stands under it and always opens (design 3, A11Y-10)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import Office
from tests.browser.own_lock import ADD, UNLOCK, OwnLock, adds_a_passkey, enrols_with_a_passkey, unlocks_with_the_passkey
from tests.browser.screens import EVERY_SCREEN, LookedAt
from tests.browser.tablet import PASSPHRASE, Tablet

pytestmark = pytest.mark.engine("chromium")

OFFERED = "Unlock without typing"
REMOVE = "Remove fingerprint, face or PIN"
OTHER_PASSPHRASE = "kettle and a wet umbrella"
HERS = "You have to line up five times."

UNSENT = """async ({store, change}) => {
  const opened = await new Promise((resolve, reject) => {
    const asking = indexedDB.open('fieldwork-unsent', 1);
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error);
  });
  const rows = opened.transaction(store, change === null ? 'readonly' : 'readwrite').objectStore(store);
  const keys = await new Promise((resolve) => { const asking = rows.getAllKeys(); asking.onsuccess = () => resolve(asking.result); });
  const found = [];
  for (const key of keys) {
    const value = await new Promise((resolve) => { const asking = rows.get(key); asking.onsuccess = () => resolve(asking.result); });
    if (value?.wraps === undefined) continue;
    found.push(value);
    const others = value.wraps.filter(({way}) => way !== 'passkey');
    const passkey = value.wraps.find(({way}) => way === 'passkey');
    if (change === 'without passkey') rows.put({...value, revision: 0, wraps: others}, key);
    if (change === 'damaged') rows.put({...value, wraps: [...others, {...passkey, keys: `${passkey.keys.slice(0, -8)}AAAAAAA=`}]}, key);
  }
  opened.close();
  return found;
}"""


SOONER = """const timeout = AbortSignal.timeout;
AbortSignal.timeout = (wait_ms) => timeout.call(AbortSignal, wait_ms === 45000 ? 3000 : wait_ms);
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, also) {
  post.call(this, message, also);
  if (message.request?.url.endsWith('/unlock/passkey')) document.documentElement.dataset.late = 'told';
};"""
"""The longest wait for the tablet's own lock is three seconds; and the page shows when the worker was told what came of it."""


@pytest.fixture
def office(office: Office) -> Office:
    """The same office under a name: a passkey belongs to one."""
    office.address = f"http://localhost:{office.port}"
    return office


@pytest.fixture
def lock(tablet: Tablet) -> OwnLock:
    """The tablet's own."""
    return OwnLock(tablet.page)


def people_rows(page: Page, change: str | None = None) -> list[dict[str, Any]]:
    """The rows with wraps, from the unsent database; changed behind the program's back where asked."""
    rows: list[dict[str, Any]] = page.evaluate(UNSENT, {"store": "marks", "change": change})
    return rows


def ways_in(page: Page) -> list[str]:
    """The ways in which the person who was set up first can unlock."""
    return [wrap["way"] for wrap in people_rows(page)[0]["wraps"]]


def starts_a_record_offline(tablet: Tablet) -> None:
    """A tablet with a passkey, set up, without a connection and ready to write."""
    enrols_with_a_passkey(tablet)
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()


def asks_to_unlock(page: Page) -> None:
    page.get_by_role("button", name=UNLOCK).click()


def is_told_and_opens_with_the_passphrase(tablet: Tablet, told: str) -> None:
    """At the locked page: the tablet's own lock does not open, the page says why, and the passphrase opens."""
    asks_to_unlock(tablet.page)
    expect(tablet.page.locator("#passkey-more")).to_contain_text(told)
    tablet.unlocks()


def gives_the_passphrase(page: Page, button: str, passphrase: str = PASSPHRASE) -> None:
    page.locator("#passphrase").fill(passphrase)
    page.get_by_role("button", name=button).click()


def is_stopped(page: Page) -> None:
    """The page says what is wrong with what was given, and the keyboard is there."""
    expect(page.locator("#problems")).to_be_focused()


def declines(page: Page) -> None:
    """A passkey is offered, and not taken."""
    page.get_by_role("button", name="Not now").click()


def goes_to_ways(page: Page) -> None:
    page.locator("#fw-links").get_by_role("link", name="Only here").click()
    page.get_by_role("link", name="Ways to unlock").click()
    expect(page.locator("h1")).to_have_text("Ways to unlock")


def test_a_passkey_added_at_enrolment_opens_the_tablet_without_a_connection(tablet: Tablet, lock: OwnLock) -> None:
    page = tablet.page
    starts_a_record_offline(tablet)
    tablet.writes(HERS)
    tablet.box.press_sequentially("I was on amber")
    tablet.locks()
    expect(page.locator("main")).not_to_contain_text("line up")
    buttons = page.locator(".fw-sealed__open button[type=submit]")
    expect(buttons).to_have_text([UNLOCK, "Unlock"])

    unlocks_with_the_passkey(page)

    expect(tablet.blocks).to_have_text([HERS, "I was on amber"])
    assert len(lock.passkeys()) == 1
    assert tablet.seen == []


@pytest.mark.usefixtures("lock")
def test_words_written_while_locked_are_there_as_soon_as_the_passkey_opens(tablet: Tablet) -> None:
    """What stood in the box a moment ago is read with the rest. That the saving is waited for: `tests/tablet/passkeys.test.js`."""
    page = tablet.page
    starts_a_record_offline(tablet)
    tablet.locks()
    tablet.writes_locked("Sealed.")
    tablet.box.press_sequentially("Still in the box")

    unlocks_with_the_passkey(page)

    expect(tablet.blocks).to_have_text(["Sealed.", "Still in the box"])


@pytest.mark.usefixtures("lock")
def test_it_opens_at_a_start_without_the_office_and_goes_where_the_person_was_going(tablet: Tablet) -> None:
    page = tablet.page
    enrols_with_a_passkey(tablet)
    tablet.office.closes()
    tablet.goes_offline()

    tablet.opens("/tablet/only-here")
    unlocks_with_the_passkey(page)

    tablet.is_at("Only on this tablet")


def test_a_passkey_that_is_refused_says_so_and_the_passphrase_opens_at_once(tablet: Tablet, lock: OwnLock) -> None:
    """Refused, cancelled and too late are the same to a page. It is no wrong passphrase: no wait comes of it."""
    page = tablet.page
    starts_a_record_offline(tablet)
    tablet.locks()
    lock.refuses()

    for _ in range(6):
        asks_to_unlock(page)
        is_stopped(page)
        expect(page.locator("#passkey-error")).to_contain_text("The tablet was not unlocked. Try again")
    tablet.writes_locked("Written all the same.")
    tablet.unlocks()

    expect(tablet.blocks).to_have_text(["Written all the same."])
    assert tablet.seen == []


def test_a_tablet_that_does_not_answer_in_time_says_so_and_the_passphrase_opens(tablet: Tablet, lock: OwnLock) -> None:
    page = tablet.page
    page.add_init_script(SOONER)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    lock.is_not_touched()

    is_told_and_opens_with_the_passphrase(tablet, "it took too long")


def test_an_answer_that_comes_after_the_passphrase_has_opened_changes_no_page(tablet: Tablet, lock: OwnLock) -> None:
    page = tablet.page
    page.add_init_script(SOONER)
    starts_a_record_offline(tablet)
    tablet.locks()
    lock.is_not_touched()
    asks_to_unlock(page)
    expect(page.locator("[data-passkey]")).to_have_class("htmx-request")
    tablet.unlocks()
    tablet.box.press_sequentially("In the mid")

    expect(page.locator("html")).to_have_attribute("data-late", "told")
    tablet.box.press_sequentially("dle of it")

    expect(tablet.box).to_have_value("In the middle of it")
    expect(page.locator("#problems")).to_have_count(0)
    assert tablet.seen == []


def test_a_passkey_that_was_removed_in_the_tablets_settings_leaves_the_passphrase(
    tablet: Tablet, lock: OwnLock
) -> None:
    page = tablet.page
    enrols_with_a_passkey(tablet)
    tablet.locks()
    lock.forgets()

    is_told_and_opens_with_the_passphrase(tablet, "removed in the tablet’s settings")

    assert ways_in(page) == ["passphrase", "passkey"]


@pytest.mark.usefixtures("lock")
def test_a_wrap_that_was_damaged_is_said_and_the_passphrase_opens(tablet: Tablet) -> None:
    page = tablet.page
    enrols_with_a_passkey(tablet)
    tablet.locks()
    people_rows(page, "damaged")

    is_told_and_opens_with_the_passphrase(tablet, "What the tablet gave does not open your notes")


def test_a_passkey_is_added_later_with_the_passphrase_and_removed_again(tablet: Tablet, lock: OwnLock) -> None:
    page = tablet.page
    tablet.opens()
    tablet.sets_up()
    declines(page)
    expect(page.locator("#visits")).to_be_visible()
    goes_to_ways(page)

    page.get_by_role("link", name=ADD).click()
    tablet.is_at(OFFERED)
    gives_the_passphrase(page, "Continue", "not the passphrase at all")
    is_stopped(page)
    gives_the_passphrase(page, "Continue")
    lock.refuses()
    page.get_by_role("button", name=ADD).click()
    expect(page.locator("#passkey-error")).to_contain_text("Nothing was added", timeout=20_000)
    lock.is_new()
    adds_a_passkey(page)
    assert ways_in(page) == ["passphrase", "passkey"]
    tablet.locks()
    unlocks_with_the_passkey(page)

    goes_to_ways(page)
    gives_the_passphrase(page, REMOVE, "not the passphrase at all")
    is_stopped(page)
    assert ways_in(page) == ["passphrase", "passkey"]
    gives_the_passphrase(page, REMOVE)
    expect(page.locator(".fw-notice")).to_contain_text("Removed")
    assert ways_in(page) == ["passphrase"]
    tablet.locks()
    expect(page.get_by_role("button", name=UNLOCK)).to_have_count(0)
    tablet.unlocks()
    assert tablet.seen == []


def test_the_tablets_own_list_is_told_of_a_passkey_that_opens_nothing_any_more(tablet: Tablet, lock: OwnLock) -> None:
    """Removed here, it would stay in the list of the tablet's settings, where nobody knows what it was for."""
    page = tablet.page
    page.add_init_script(
        "PublicKeyCredential.signalUnknownCredential = async ({rpId, credentialId}) => {"
        " document.documentElement.dataset.forgotten = `${rpId} ${credentialId}`; };"
    )
    enrols_with_a_passkey(tablet)
    [passkey] = lock.passkeys()
    goes_to_ways(page)
    page.get_by_role("button", name=REMOVE).click()
    is_stopped(page)
    assert page.locator("html").get_attribute("data-forgotten") is None

    gives_the_passphrase(page, REMOVE)

    spelt = passkey["credentialId"].translate(str.maketrans("+/", "-_")).rstrip("=")
    expect(page.locator("html")).to_have_attribute("data-forgotten", f"localhost {spelt}")


@pytest.mark.usefixtures("lock")
def test_a_tablet_that_cannot_be_asked_says_so_and_the_passphrase_opens(tablet: Tablet) -> None:
    page = tablet.page
    enrols_with_a_passkey(tablet)
    tablet.locks()
    page.evaluate("() => { navigator.credentials.get = async () => { throw new DOMException('', 'SecurityError'); }; }")

    is_told_and_opens_with_the_passphrase(tablet, "could not ask for a fingerprint, face or PIN")


def test_each_person_has_a_passkey_of_their_own(tablet: Tablet, lock: OwnLock) -> None:
    page = tablet.page
    enrols_with_a_passkey(tablet)
    tablet.locks()
    page.get_by_role("link", name="Somebody else uses this tablet").click()
    tablet.is_at("Who is using this tablet?")
    hers = page.locator("main form button").inner_text()
    page.get_by_role("link", name="Set up this tablet for somebody else").click()
    tablet.sets_up("B-I2", OTHER_PASSPHRASE)
    tablet.is_at(OFFERED)
    declines(page)
    expect(page.locator("#visits")).to_contain_text("Area B", timeout=20_000)
    tablet.locks()
    expect(page.get_by_role("button", name=UNLOCK)).to_have_count(0)

    page.get_by_role("link", name="Somebody else uses this tablet").click()
    page.get_by_role("button", name=hers).click()
    expect(page.locator("#passkey-hint")).to_have_text(f"With the passkey of {hers}.")
    unlocks_with_the_passkey(page)

    expect(page.locator("#visits")).to_contain_text("Area A")
    expect(page.locator("#visits")).not_to_contain_text("Area B")
    assert len(lock.passkeys()) == 1


@pytest.mark.usefixtures("lock")
def test_a_passkey_comes_back_from_the_second_copy(tablet: Tablet) -> None:
    """A database that went back to before it was added: the start puts the later row in its place."""
    page = tablet.page
    enrols_with_a_passkey(tablet)
    people_rows(page, "without passkey")
    assert ways_in(page) == ["passphrase"]

    tablet.opens()

    unlocks_with_the_passkey(page)
    assert ways_in(page) == ["passphrase", "passkey"]


@pytest.mark.usefixtures("lock")
def test_what_the_passkey_gave_is_handed_over_and_stays_neither_in_the_page_nor_on_the_disk(tablet: Tablet) -> None:
    """SEC-01: the page's own buffer is empty by the time the worker has answered, and no row holds the bytes."""
    page = tablet.page
    page.add_init_script(
        """const get = CredentialsContainer.prototype.get;
        CredentialsContainer.prototype.get = async function (asked) {
          const found = await get.call(this, asked);
          const results = found.getClientExtensionResults();
          self.gave = results.prf.results.first;
          self.spelt = btoa(String.fromCharCode(...new Uint8Array(self.gave)));
          found.getClientExtensionResults = () => results;
          return found;
        };
        const post = Worker.prototype.postMessage;
        self.handed = [];
        Worker.prototype.postMessage = function (message, also) {
          post.call(this, message, also);
          if (message.request?.passkeyOutput) self.handed.push(message.request.passkeyOutput.byteLength);
        };"""
    )
    enrols_with_a_passkey(tablet)
    tablet.locks()
    unlocks_with_the_passkey(page)

    assert page.evaluate("self.handed") == [0, 0]
    assert page.evaluate("[...new Uint8Array(self.gave)].every((byte) => byte === 0)")
    spelt = page.evaluate("self.spelt")
    assert len(spelt) == 44
    assert spelt not in str(people_rows(page))
    assert spelt not in page.content()


@pytest.mark.parametrize("other", [{"hasPrf": False}, {"hasUserVerification": False, "isUserVerified": False}])
def test_a_lock_that_gives_no_secret_adds_nothing_and_the_passphrase_opens(
    tablet: Tablet, other: dict[str, Any]
) -> None:
    page = tablet.page
    OwnLock(page, **other)
    tablet.opens()
    tablet.sets_up()
    expect(page.locator("h1")).to_contain_text(OFFERED if "hasPrf" in other else "visits", timeout=20_000)
    if "hasPrf" in other:
        page.get_by_role("button", name=ADD).click()
        expect(page.locator("#passkey-error")).to_contain_text("Nothing was added")
        declines(page)
        expect(page.locator("#visits")).to_be_visible()
    assert ways_in(page) == ["passphrase"]
    tablet.locks()
    expect(page.get_by_role("button", name=UNLOCK)).to_have_count(0)
    tablet.unlocks()


@pytest.mark.parametrize("screen", EVERY_SCREEN, ids=str)
def test_every_page_of_it_passes_axe_and_needs_no_sideways_scroll(tablet: Tablet, lock: OwnLock) -> None:
    """A11Y-01."""
    page, pages = tablet.page, LookedAt(tablet)
    tablet.opens()
    tablet.sets_up()
    tablet.is_at(OFFERED)
    pages.looks("offered")
    declines(page)
    expect(page.locator("#visits")).to_be_visible()
    goes_to_ways(page)
    pages.looks("ways, none added")
    page.get_by_role("link", name=ADD).click()
    page.get_by_role("button", name="Continue").click()
    is_stopped(page)
    pages.looks("passphrase first, with problems")
    gives_the_passphrase(page, "Continue")
    expect(page.get_by_role("button", name=ADD)).to_be_visible(timeout=20_000)
    adds_a_passkey(page)
    pages.looks("added")
    page.get_by_role("button", name=REMOVE).click()
    is_stopped(page)
    pages.looks("not removed without the passphrase")
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    pages.looks("locked while writing")
    lock.refuses()
    asks_to_unlock(page)
    is_stopped(page)
    pages.looks("refused")

    assert pages.with_faults() == {}


@pytest.mark.usefixtures("lock")
def test_a_lock_that_gives_its_secret_only_when_asked_is_asked_at_once(tablet: Tablet) -> None:
    """As some do: made first, and nothing given until the next question."""
    page = tablet.page
    page.add_init_script(
        """const create = CredentialsContainer.prototype.create;
        CredentialsContainer.prototype.create = async function (asked) {
          const found = await create.call(this, asked);
          found.getClientExtensionResults = () => ({prf: {enabled: true}});
          return found;
        };"""
    )

    enrols_with_a_passkey(tablet)
    tablet.locks()

    unlocks_with_the_passkey(page)


def test_where_the_browser_has_no_passkeys_nothing_is_offered(tablet: Tablet) -> None:
    page = tablet.page
    page.add_init_script("delete self.PublicKeyCredential")
    tablet.enrols()
    goes_to_ways(page)

    expect(page.locator("main")).to_contain_text("cannot be used in this way")
    expect(page.get_by_role("link", name=ADD)).to_have_count(0)
    assert tablet.seen == []
