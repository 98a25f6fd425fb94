"""Everything that can go wrong at central that a person can act on: a permanent slug, a status, what happened, what to do.

Actions raise these; `web/errors.py` is the one place that turns them into pages. What is a fork to be expected, as in a push, is a value
and not here; what is a bug is neither, and shows one honest page.
"""

from __future__ import annotations

from dataclasses import dataclass


class Problem(Exception):
    """One problem. `title` is the page's heading; `sentence` says what happened; `what_to_do` says what helps."""

    slug = "problem"
    status = 400
    title = "Something is wrong"
    sentence = "This could not be done."
    what_to_do = "Go back and try again."
    again_after_s: int | None = None
    """When it passes by itself: after how many seconds a tablet, or a browser, may ask again."""


class NotFound(Problem):
    """There is no such thing, or nothing that this person may know of: the same answer for both (SEC-08)."""

    slug = "not_found"
    status = 404
    title = "Page not found"
    sentence = "There is no page at this address that you can see."
    what_to_do = "Check the address, or go to your reviews. If you expected evidence here, ask the lead of the visit."


class NotAllowed(Problem):
    """The person may see the thing and may not do this to it."""

    slug = "not_allowed"
    status = 403
    title = "You cannot do this"
    sentence = "Your part in this visit does not allow it."
    what_to_do = "Ask the lead of the visit."


class FormNotOurs(Problem):
    """A form came from another site, or without the token of this session (SEC-10)."""

    slug = "form_not_ours"
    status = 403
    title = "This form could not be accepted"
    sentence = (
        "It did not come from a page that the office gave to you, or that page has grown old. Nothing was changed."
    )
    what_to_do = "Go back, load the page again, and send the form once more."


class SignedOut(Problem):
    """A form came from somebody who is no longer signed in."""

    slug = "signed_out"
    status = 401
    title = "You are signed out"
    sentence = "Your session has ended. Nothing was changed."
    what_to_do = "Sign in and try again."


class TooLarge(Problem):
    """More bytes than this form takes."""

    slug = "too_large"
    status = 413
    title = "This file is too large"
    sentence = "A file can have at most 25 MB. Nothing was stored."
    what_to_do = "Save it smaller, or send it in parts, one file for each."


class Unfinished(Problem):
    """The log would not store what central wrote: a rule was broken on the way, and nothing is half done."""

    slug = "unfinished"
    status = 409
    title = "This was not stored"
    sentence = "Something changed while you were working. Nothing was half stored."
    what_to_do = "Load the page again and look at what is there now."


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a form: the field's name, and the words that stand at the field and in the summary."""

    field: str
    words: str


class FormFaults(Exception):
    """What a form holds cannot be used: the same form is shown again with these words (422)."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.words for fault in faults))
        self.faults = faults
