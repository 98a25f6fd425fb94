"""Signing in and out: what a password opens, for how long, and what a copied cookie is worth afterwards."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from fieldwork.actions import passwords
from fieldwork.web.signing import KEYS_FILE, Signer, open_signer
from tests.web.office import HOST, Browser, Office, Template, open_office, words_of


def test_a_person_signs_in_and_comes_to_what_they_asked_for(office: Office) -> None:
    browser = office.browser()
    asked = browser.get(f"/visits/{office.visit_id('A')}?done=seen")

    assert asked.status_code == 303
    page = browser.follows(asked).text
    answer = browser.sends(
        page, "/sign-in", {"sign_in_name": "LEAD@demonstration.example ", "password": office.template.passwords["lead"]}
    )

    assert "Area A" in words_of(browser.follows(answer).text)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "/\\evil.example", "\t//evil", "evil"])
def test_signing_in_never_leads_to_another_site(office: Office, following: str) -> None:
    browser = office.browser()
    page = browser.opens("/sign-in")

    answer = browser.sends(
        page,
        "/sign-in",
        {
            "sign_in_name": "lead@demonstration.example",
            "password": office.template.passwords["lead"],
            "next": following,
        },
    )

    assert answer.headers["location"] == "/"


def test_a_cookie_is_worth_nothing_after_signing_out(office: Office) -> None:
    """SEC-11."""
    browser = office.signed_in("lead")
    kept = dict(browser.cookies)

    answer = browser.sends(browser.opens("/account"), "/sign-out")

    assert answer.headers["location"] == "/sign-in?done=signed_out"
    assert "You are signed out." in words_of(browser.follows(answer).text)
    thief = Browser(office.client, kept)
    assert thief.get("/").status_code == 303
    assert thief.get(f"/evidence/{office.evidence_id('A-01')}").headers["location"].startswith("/sign-in")


def test_a_cookie_that_was_there_before_signing_in_is_not_the_one_after(office: Office) -> None:
    """SEC-11: session fixation, and signing in over a session that was there."""
    browser = office.signed_in("lead")
    before = dict(browser.cookies)
    browser.cookies = dict(before)
    page = Browser(office.client).opens("/sign-in")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    fresh = Browser(office.client, {"fieldwork": "chosen-by-somebody-else"})
    answer = fresh.post(
        "/sign-in",
        {
            "csrf_token": token,
            "sign_in_name": "lead@demonstration.example",
            "password": office.template.passwords["lead"],
        },
    )

    assert answer.status_code == 303
    assert fresh.cookies["fieldwork"] not in ("chosen-by-somebody-else", before["fieldwork"])


def test_signing_in_again_ends_the_session_that_was_there(office: Office) -> None:
    browser = office.signed_in("lead")
    before = dict(browser.cookies)
    token = browser.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    answer = browser.post(
        "/sign-in",
        {
            "csrf_token": token,
            "sign_in_name": "inspector@demonstration.example",
            "password": office.template.passwords["inspector"],
        },
    )

    assert answer.status_code == 303
    assert Browser(office.client, before).get("/").status_code == 303
    assert "Idwal Pennistow" in browser.opens("/")


@pytest.mark.parametrize("cookie", ["", "x", "ImEi.aaaa.bbbb", '"', "é", "a" * 5000])
def test_a_cookie_that_was_not_signed_here_opens_nothing(office: Office, cookie: str) -> None:
    answer = office.client.get("/", headers=[("cookie", f"fieldwork={cookie}".encode())])

    assert answer.status_code == 303


def test_a_session_ends_when_nobody_uses_it_and_after_twelve_hours_at_the_latest(office: Office) -> None:
    browser = office.signed_in("lead")

    office.clock.goes_on(minutes=29)
    assert browser.get("/").status_code == 200
    office.clock.goes_on(minutes=29)
    assert browser.get("/").status_code == 200
    office.clock.goes_on(minutes=31)
    assert browser.get("/").status_code == 303

    browser = office.signed_in("lead")
    for _ in range(25):
        office.clock.goes_on(minutes=28, seconds=45)
        browser.get("/")
    assert browser.get("/").status_code == 200
    office.clock.goes_on(minutes=2)
    assert browser.get("/").status_code == 303


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(office: Office) -> None:
    browser = office.signed_in("lead")
    asks = f"/visits/{office.visit_id('A')}/arrived?after=0&told=0"

    for _ in range(4):
        office.clock.goes_on(minutes=8)
        browser.get(asks, headers={"hx-request": "true"})

    assert browser.get("/").status_code == 303
    assert browser.get(asks, headers={"hx-request": "true"}).status_code == 204


def test_an_unknown_name_a_wrong_password_and_a_disabled_account_are_one_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-20: no oracle by text, code or time: each costs the work of one whole password."""
    admin = office.signed_in("administrator")
    page = next(url for url in admin.opens("/people").split('"') if _leads_to(admin, url, "inspector@"))
    admin.sends(admin.opens(page), f"{page}/disable")
    answers, compared = [], []

    for name, password in (
        ("nobody@demonstration.example", "wrong"),
        ("lead@demonstration.example", "wrong"),
        ("inspector@demonstration.example", office.template.passwords["inspector"]),
    ):
        browser = office.browser()
        counting = _CountingHasher(passwords.HASHER)
        monkeypatch.setattr(passwords, "HASHER", counting)
        answer = browser.signs_in(name, password)
        monkeypatch.setattr(passwords, "HASHER", counting.hasher)
        compared.append(counting.compared)
        answers.append((answer.status_code, words_of(answer.text)))

    assert len({status for status, _ in answers}) == 1
    assert answers[0][0] == 422
    assert "The sign-in name or the password is not right" in answers[0][1]
    assert len({words for _, words in answers}) == 1
    assert compared == [1, 1, 1]


class _CountingHasher:
    """Counts how often a password was compared, with the whole work of it."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher, self.compared = hasher, 0

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.compared += 1
        return self.hasher.verify(password_hash, password)

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)


def _leads_to(admin: Browser, url: str, words: str) -> bool:
    return url.startswith("/people/") and url != "/people/draft" and words in admin.opens(url)


def test_wrong_passwords_cost_a_rising_wait_that_is_said_and_ends(office: Office) -> None:
    """SEC-20: slowed, never locked for good."""
    name, right = "lead@demonstration.example", office.template.passwords["lead"]
    for _ in range(3):
        assert office.browser().signs_in(name, "wrong").status_code == 422

    waiting = office.browser().signs_in(name, right)

    assert waiting.status_code == 429
    assert "Wait 2 seconds, then try again" in words_of(waiting.text)
    office.clock.goes_on(seconds=3)
    assert office.browser().signs_in(name, "wrong").status_code == 422
    assert "Wait 4 seconds" in words_of(office.browser().signs_in(name, right).text)
    office.clock.goes_on(minutes=16)
    assert office.browser().signs_in(name, right).status_code == 303
    assert office.browser().signs_in(name, "wrong").status_code == 422


def test_a_password_is_never_shown_again(office: Office) -> None:
    answer = office.browser().signs_in("lead@demonstration.example", "a-canary-password")

    assert "a-canary-password" not in answer.text


def test_a_person_changes_their_password_and_is_signed_out_everywhere(office: Office) -> None:
    here, there = office.signed_in("lead"), office.signed_in("lead")
    old = office.template.passwords["lead"]
    page = here.opens("/account")

    wrong = here.sends(page, "/account/password", {"old_password": "no", "new_password": "three quiet words"})
    short = here.sends(page, "/account/password", {"old_password": old, "new_password": "short"})
    done = here.sends(page, "/account/password", {"old_password": old, "new_password": "three quiet words"})

    assert wrong.status_code == short.status_code == 422
    assert "This is not your password of now" in words_of(wrong.text)
    assert "between 12 and 256 characters" in words_of(short.text)
    assert done.headers["location"] == "/sign-in?done=password"
    assert there.get("/").status_code == 303
    assert office.browser().signs_in("lead@demonstration.example", old).status_code == 422
    assert office.browser().signs_in("lead@demonstration.example", "three quiet words").status_code == 303


def test_over_https_the_cookie_says_so_in_its_name(office_template: Template, tmp_path: Path) -> None:
    with open_office(office_template, tmp_path, secure=True) as office:
        page = office.client.get(f"https://{HOST}/sign-in").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        fields = {"csrf_token": token, "sign_in_name": "lead@demonstration.example"}
        answer = office.client.post(
            f"https://{HOST}/sign-in",
            data=fields | {"password": office.template.passwords["lead"]},
            headers={"origin": f"https://{HOST}"},
        )

        assert answer.headers["set-cookie"].startswith("__Host-fieldwork=")
        assert "; Secure" in answer.headers["set-cookie"]
        assert "Domain" not in answer.headers["set-cookie"]
        plain = office.client.post(
            f"https://{HOST}/sign-in", data=fields | {"password": "x"}, headers={"origin": f"http://{HOST}"}
        )
        assert plain.status_code == 403


def test_signing_keys_are_made_once_for_their_owner_alone_and_can_be_changed(tmp_path: Path) -> None:
    first = open_signer(tmp_path).sign_session("secret")

    assert stat.S_IMODE((tmp_path / KEYS_FILE).stat().st_mode) == 0o600
    assert open_signer(tmp_path).session_secret(first) == "secret"
    changed = Signer(["old", "new"])
    assert changed.session_secret(Signer(["old"]).sign_session("secret")) == "secret"
    assert Signer(["old"]).session_secret(changed.sign_session("secret")) is None
    assert changed.is_sign_in_token(changed.sign_session("sign in")) is False
