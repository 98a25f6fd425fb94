"""A passkey of the tablet opens it first, without a connection; the passphrase stands under it and always opens (design 3, A11Y-10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.office import Office
from tests.browser.own_lock import ADD, UNLOCK, OwnLock, enrols_with_a_passkey, sets_up, unlocks_with_the_passkey
from tests.browser.tablet import PASSPHRASE, Tablet

pytestmark = pytest.mark.engine("chromium")

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
def named_office(office: Office) -> Office:
    """The same office under a name: a passkey belongs to one."""
    office.address = f"http://localhost:{office.port}"
    return office


@pytest.fixture
def tablet(chromium: Browser, named_office: Office) -> Iterator[Tablet]:
    """A new tablet, held upright, not yet set up."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, reduced_motion="reduce")
    yield Tablet(context.new_page(), named_office)
    context.close()


def people_rows(page: Page, change: str | None = None) -> list[dict[str, Any]]:
    """The rows with wraps, from the unsent database; changed behind the program's back where asked."""
    rows: list[dict[str, Any]] = page.evaluate(UNSENT, {"store": "marks", "change": change})
    return rows


def ways_of(row: dict[str, Any]) -> list[str]:
    return [wrap["way"] for wrap in row["wraps"]]


def goes_to_ways(page: Page) -> None:
    page.locator("#fw-links").get_by_role("link", name="Only here").click()
    page.get_by_role("link", name="Ways to unlock").click()
    expect(page.locator("h1")).to_have_text("Ways to unlock")


def test_a_passkey_added_at_enrolment_opens_the_tablet_without_a_connection(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
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


def test_words_written_while_locked_are_there_as_soon_as_the_passkey_opens(tablet: Tablet) -> None:
    """What stood in the box a moment ago is read with the rest. That the saving is waited for: `tests/tablet/passkeys.test.js`."""
    page = tablet.page
    OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    tablet.writes_locked("Sealed.")
    tablet.box.press_sequentially("Still in the box")

    unlocks_with_the_passkey(page)

    expect(tablet.blocks).to_have_text(["Sealed.", "Still in the box"])


def test_it_opens_at_a_start_without_the_office_and_goes_where_the_person_was_going(tablet: Tablet) -> None:
    page = tablet.page
    OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.office.closes()
    tablet.goes_offline()

    tablet.opens("/tablet/only-here")
    unlocks_with_the_passkey(page)

    tablet.is_at("Only on this tablet")


def test_a_passkey_that_is_refused_says_so_and_the_passphrase_opens_at_once(tablet: Tablet) -> None:
    """Refused, cancelled and too late are the same to a page. It is no wrong passphrase: no wait comes of it."""
    page = tablet.page
    lock = OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    lock.refuses()

    for _ in range(6):
        page.get_by_role("button", name=UNLOCK).click()
        expect(page.locator("#problems")).to_be_focused()
        expect(page.locator("#passkey-error")).to_contain_text("The tablet was not unlocked. Try again")
    tablet.writes_locked("Written all the same.")
    tablet.unlocks()

    expect(tablet.blocks).to_have_text(["Written all the same."])
    assert tablet.seen == []


def test_a_tablet_that_does_not_answer_in_time_says_so_and_the_passphrase_opens(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    page.add_init_script(SOONER)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    lock.is_not_touched()

    page.get_by_role("button", name=UNLOCK).click()

    expect(page.locator("#passkey-more")).to_contain_text("it took too long")
    tablet.unlocks()


def test_an_answer_that_comes_after_the_passphrase_has_opened_changes_no_page(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    page.add_init_script(SOONER)
    enrols_with_a_passkey(tablet)
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    lock.is_not_touched()
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("[data-passkey]")).to_have_class("htmx-request")
    tablet.unlocks()
    tablet.box.press_sequentially("In the mid")

    expect(page.locator("html")).to_have_attribute("data-late", "told")
    tablet.box.press_sequentially("dle of it")

    expect(tablet.box).to_have_value("In the middle of it")
    expect(page.locator("#problems")).to_have_count(0)
    assert tablet.seen == []


def test_a_passkey_that_was_removed_in_the_tablets_settings_leaves_the_passphrase(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    lock.forgets()

    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("#passkey-more")).to_contain_text("removed in the tablet’s settings")
    tablet.unlocks()

    assert ways_of(people_rows(page)[0]) == ["passphrase", "passkey"]


def test_a_wrap_that_was_damaged_is_said_and_the_passphrase_opens(tablet: Tablet) -> None:
    page = tablet.page
    OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    people_rows(page, "damaged")

    page.get_by_role("button", name=UNLOCK).click()

    expect(page.locator("#passkey-more")).to_contain_text("What the tablet gave does not open your notes")
    tablet.unlocks()


def test_a_passkey_is_added_later_with_the_passphrase_and_removed_again(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    tablet.opens()
    sets_up(tablet)
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#visits")).to_be_visible()
    goes_to_ways(page)

    page.get_by_role("link", name=ADD).click()
    tablet.is_at("Unlock without typing")
    page.locator("#passphrase").fill("not the passphrase at all")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#problems")).to_be_focused()
    page.locator("#passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Continue").click()
    lock.refuses()
    page.get_by_role("button", name=ADD).click()
    expect(page.locator("#passkey-error")).to_contain_text("Nothing was added", timeout=20_000)
    lock.is_new()
    page.get_by_role("button", name=ADD).click()
    expect(page.locator(".fw-notice")).to_contain_text("You can now unlock this tablet")
    assert ways_of(people_rows(page)[0]) == ["passphrase", "passkey"]
    tablet.locks()
    unlocks_with_the_passkey(page)

    goes_to_ways(page)
    page.locator("#passphrase").fill("not the passphrase at all")
    page.get_by_role("button", name=REMOVE).click()
    expect(page.locator("#problems")).to_be_focused()
    assert ways_of(people_rows(page)[0]) == ["passphrase", "passkey"]
    page.locator("#passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name=REMOVE).click()
    expect(page.locator(".fw-notice")).to_contain_text("Removed")
    assert ways_of(people_rows(page)[0]) == ["passphrase"]
    tablet.locks()
    expect(page.get_by_role("button", name=UNLOCK)).to_have_count(0)
    tablet.unlocks()
    assert tablet.seen == []


def test_the_tablets_own_list_is_told_of_a_passkey_that_opens_nothing_any_more(tablet: Tablet) -> None:
    """Removed here, it would stay in the list of the tablet's settings, where nobody knows what it was for."""
    page = tablet.page
    lock = OwnLock(page)
    page.add_init_script(
        "PublicKeyCredential.signalUnknownCredential = async ({rpId, credentialId}) => {"
        " document.documentElement.dataset.forgotten = `${rpId} ${credentialId}`; };"
    )
    enrols_with_a_passkey(tablet)
    [passkey] = lock.passkeys()
    goes_to_ways(page)
    page.get_by_role("button", name=REMOVE).click()
    expect(page.locator("#problems")).to_be_focused()
    assert page.locator("html").get_attribute("data-forgotten") is None

    page.locator("#passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name=REMOVE).click()

    spelt = passkey["credentialId"].translate(str.maketrans("+/", "-_")).rstrip("=")
    expect(page.locator("html")).to_have_attribute("data-forgotten", f"localhost {spelt}")


def test_a_tablet_that_cannot_be_asked_says_so_and_the_passphrase_opens(tablet: Tablet) -> None:
    page = tablet.page
    OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    page.evaluate("() => { navigator.credentials.get = async () => { throw new DOMException('', 'SecurityError'); }; }")

    page.get_by_role("button", name=UNLOCK).click()

    expect(page.locator("#passkey-more")).to_contain_text("could not ask for a fingerprint, face or PIN")
    tablet.unlocks()


def test_each_person_has_a_passkey_of_their_own(tablet: Tablet) -> None:
    page = tablet.page
    lock = OwnLock(page)
    enrols_with_a_passkey(tablet)
    tablet.locks()
    page.get_by_role("link", name="Somebody else uses this tablet").click()
    tablet.is_at("Who is using this tablet?")
    hers = page.locator("main form button").inner_text()
    page.get_by_role("link", name="Set up this tablet for somebody else").click()
    sets_up(tablet, "B-I2", OTHER_PASSPHRASE)
    tablet.is_at("Unlock without typing")
    page.get_by_role("button", name="Not now").click()
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


def test_a_passkey_comes_back_from_the_second_copy(tablet: Tablet) -> None:
    """A database that went back to before it was added: the start puts the later row in its place."""
    page = tablet.page
    OwnLock(page)
    enrols_with_a_passkey(tablet)
    people_rows(page, "without passkey")
    assert ways_of(people_rows(page)[0]) == ["passphrase"]

    tablet.opens()

    unlocks_with_the_passkey(page)
    assert ways_of(people_rows(page)[0]) == ["passphrase", "passkey"]


def test_what_the_passkey_gave_is_handed_over_and_stays_neither_in_the_page_nor_on_the_disk(tablet: Tablet) -> None:
    """SEC-01: the page's own buffer is empty by the time the worker has answered, and no row holds the bytes."""
    page = tablet.page
    OwnLock(page)
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
    sets_up(tablet)
    expect(page.locator("h1")).to_contain_text(
        "Unlock without typing" if "hasPrf" in other else "visits", timeout=20_000
    )
    if "hasPrf" in other:
        page.get_by_role("button", name=ADD).click()
        expect(page.locator("#passkey-error")).to_contain_text("Nothing was added")
        page.get_by_role("button", name="Not now").click()
        expect(page.locator("#visits")).to_be_visible()
    assert ways_of(people_rows(page)[0]) == ["passphrase"]
    tablet.locks()
    expect(page.get_by_role("button", name=UNLOCK)).to_have_count(0)
    tablet.unlocks()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_every_page_of_it_passes_axe_and_needs_no_sideways_scroll(
    chromium: Browser, named_office: Office, width: int, height: int, colours: str
) -> None:
    """A11Y-01."""
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        reduced_motion="reduce",  # type: ignore[arg-type]
    )
    tablet = Tablet(context.new_page(), named_office)
    page = tablet.page
    lock = OwnLock(page)
    found: dict[str, list[str]] = {}

    def looks(name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        found[name] = tablet.faults()
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            found[name].append("the page is wider than the screen")

    tablet.opens()
    sets_up(tablet)
    tablet.is_at("Unlock without typing")
    looks("offered")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#visits")).to_be_visible()
    goes_to_ways(page)
    looks("ways, none added")
    page.get_by_role("link", name=ADD).click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#problems")).to_be_focused()
    looks("passphrase first, with problems")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name=ADD)).to_be_visible(timeout=20_000)
    page.get_by_role("button", name=ADD).click()
    expect(page.locator(".fw-notice")).to_contain_text("You can now unlock this tablet")
    looks("added")
    page.get_by_role("button", name=REMOVE).click()
    expect(page.locator("#problems")).to_be_focused()
    looks("not removed without the passphrase")
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    looks("locked while writing")
    lock.refuses()
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("#problems")).to_be_focused()
    looks("refused")

    assert {name: faults for name, faults in found.items() if faults} == {}
    context.close()


def test_a_lock_that_gives_its_secret_only_when_asked_is_asked_at_once(tablet: Tablet) -> None:
    """As some do: made first, and nothing given until the next question."""
    page = tablet.page
    OwnLock(page)
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
