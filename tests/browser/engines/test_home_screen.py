"""WebKit in a window, not on a Home Screen: it deletes what it stores after a week without use, so nobody begins there (DUR-12)."""

from __future__ import annotations

import pytest

from tests.browser.engines.driven_page import DrivenPage
from tests.browser.engines.webkit import WebKit
from tests.browser.office import Office


@pytest.mark.engine("webkit")
def test_webkit_in_a_window_is_sent_to_the_home_screen_unless_the_organisation_lets_it(
    webkit: WebKit, closed_office: Office
) -> None:
    """DUR-12: the real engine's own name; the demonstration lets it, and says at once what may happen."""
    office = closed_office
    office.opens()
    page = DrivenPage(webkit.opens(), office)
    page.opens()
    page.is_at("Set up this tablet")

    assert office.command("installed-only", "on").returncode == 0
    page.driver.execute_async_script(FORGETS_THE_RELEASE)
    page.opens()

    page.is_at("Put Fieldwork on the Home Screen first")
    assert "Add to Home Screen" in page.sees()


FORGETS_THE_RELEASE = """const done = arguments[0];
(async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) if (name.startsWith('fieldwork-release-')) await caches.delete(name);
})().then(done);"""
