"""Two people on one tablet: each reads only their own, and either one's session takes the other's words to the office, unread."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tablet import PASSPHRASE, Tablet

pytestmark = pytest.mark.engine("chromium")

OTHER_PASSPHRASE = "kettle and a wet umbrella"
HERS = "You have to line up five times."


def office_takes_in(tablet: Tablet, takes: bool) -> None:
    """Whether pushes get through: what stands before the office refuses them, or lets them pass again."""
    tablet.page.workers[0].evaluate(
        """takes => {
          self.passing ??= self.fetch;
          const refusal = async () => new Response('', {status: 503});
          self.fetch = takes ? self.passing : (to, how) => (String(to) === '/sync/push' ? refusal() : self.passing(to, how));
        }""",
        takes,
    )


def sets_up_for_another(tablet: Tablet, member: str, passphrase: str) -> None:
    """At the locked page: somebody else is set up, and sees their own visits."""
    page = tablet.page
    page.get_by_role("link", name="Somebody else uses this tablet").click()
    tablet.is_at("Who is using this tablet?")
    page.get_by_role("link", name="Set up this tablet for somebody else").click()
    tablet.is_at("Set up this tablet for somebody else")
    page.get_by_label("Code from the office").fill(tablet.office.code_for(member))
    page.get_by_label("Name of this tablet").fill("The tablet of both")
    page.locator("#passphrase").fill(passphrase)
    page.get_by_role("button", name="Set up this tablet").click()
    expect(page.locator("#visits")).to_contain_text("Ready without a connection", timeout=20_000)


def opens_as(page: Page, name: str, passphrase: str) -> None:
    """At the locked page: choose who one is, and give the passphrase."""
    page.get_by_role("link", name="Somebody else uses this tablet").click()
    page.get_by_role("button", name=name).click()
    page.get_by_label(f"Passphrase of {name}").fill(passphrase)
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.locator("#fw-lock button")).to_be_visible(timeout=20_000)


def names(page: Page) -> list[str]:
    """Who is set up here, as the locked tablet lists them."""
    page.get_by_role("link", name="Somebody else uses this tablet").click()
    expect(page.get_by_role("heading", name="Who is using this tablet?")).to_be_visible()
    found = page.locator("main form button").all_inner_texts()
    page.get_by_role("link", name="Back to the locked tablet").click()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    return found


def test_one_persons_words_are_carried_by_anothers_session_and_never_read_by_it(tablet: Tablet) -> None:
    page = tablet.page
    tablet.enrols("A-I2")
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes(HERS)
    tablet.box.press_sequentially("I was on amber")
    tablet.locks()
    [hers] = names(page)
    assert tablet.faults() == []

    office_takes_in(tablet, False)
    tablet.goes_online()
    sets_up_for_another(tablet, "B-I2", OTHER_PASSPHRASE)
    tablet.goes_offline()

    expect(page.locator("#visits")).to_contain_text("Area B")
    expect(page.locator("#visits")).not_to_contain_text("Area A")
    page.get_by_role("link", name="Find words").click()
    page.locator("#words").fill("line up five")
    page.locator("#words").press("Enter")
    expect(page.locator("main")).not_to_contain_text(HERS)
    page.locator("#fw-links").get_by_role("link", name="Only here").click()
    expect(page.locator("#only-here")).to_contain_text("Another inspector has")
    expect(page.locator("#only-here")).to_contain_text("you carry them and cannot read them")

    office_takes_in(tablet, True)
    tablet.goes_online()
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("#only-here")).to_contain_text("Nothing waits", timeout=20_000)
    assert HERS not in page.content()
    tablet.locks()
    [*_, his] = [name for name in names(page) if name != hers]
    expect(page.get_by_label(f"Passphrase of {his}")).to_be_visible()
    tablet.goes_offline()
    opens_as(page, hers, PASSPHRASE)

    expect(tablet.blocks).to_have_text([HERS, "I was on amber"])
    tablet.opens_the_visit()
    row = page.locator(".fw-rows__row").filter(has_text="Child interview, A-C01").first
    expect(row).to_contain_text("Safe at the office")
    assert [words for words in tablet.seen if "ERR_INTERNET_DISCONNECTED" not in words] == []


def test_one_persons_passphrase_does_not_open_anothers_part(tablet: Tablet) -> None:
    page = tablet.page
    tablet.enrols("A-I2")
    tablet.locks()
    [hers] = names(page)
    sets_up_for_another(tablet, "B-I2", OTHER_PASSPHRASE)
    tablet.locks()

    page.get_by_role("link", name="Somebody else uses this tablet").click()
    page.get_by_role("button", name=hers).click()
    page.get_by_label(f"Passphrase of {hers}").fill(OTHER_PASSPHRASE)
    page.get_by_role("button", name="Unlock", exact=True).click()

    expect(page.locator("#problems")).to_contain_text("That is not the passphrase")
    opens_as(page, hers, PASSPHRASE)
    expect(page.locator("#visits")).to_contain_text("Area A")


def test_what_one_person_has_open_is_not_the_place_where_another_writes_while_locked(tablet: Tablet) -> None:
    page = tablet.page
    tablet.enrols("A-I2")
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.locks()
    expect(page.get_by_label("Keep writing")).to_be_visible()

    sets_up_for_another(tablet, "B-I2", OTHER_PASSPHRASE)
    tablet.locks()

    expect(page.get_by_label("Keep writing")).to_have_count(0)


def test_somebody_who_forgot_the_passphrase_is_set_up_again_and_no_word_is_lost(tablet: Tablet) -> None:
    page = tablet.page
    tablet.enrols("A-I2")
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes(HERS)
    tablet.locks()
    tablet.goes_online()

    sets_up_for_another(tablet, "A-I2", OTHER_PASSPHRASE)
    page.locator("#fw-links").get_by_role("link", name="Only here").click()
    page.get_by_role("button", name="Send now").click()

    expect(page.locator("#only-here")).to_contain_text("Nothing waits", timeout=20_000)
    tablet.opens_the_visit()
    page.locator(".fw-rows__row").filter(has_text="Child interview, A-C01").first.get_by_role("link").click()
    expect(tablet.blocks).to_have_text([HERS])
    tablet.locks()
    assert len(names(page)) == 1
