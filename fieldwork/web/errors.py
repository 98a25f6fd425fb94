"""The one place that turns problems into pages, and for a tablet's exchanges into refusals. Nothing here says what went wrong inside.

What a person can act on is a `Problem`. What nobody expected is one honest page, and the error itself goes on to the log.
"""

from __future__ import annotations

from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fieldwork.actions.central import Central
from fieldwork.actions.log_lines import write_line
from fieldwork.domain.problems import FormFaults, NotFound, Problem, TooLarge
from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of
from fieldwork.store.log import LogDamaged
from fieldwork.store.writer import LogClosed
from fieldwork.web.guard import HEADERS
from fieldwork.web.htmx import page

PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class NotThisWay(Problem):
    """The address is there, and answers another method."""

    slug = "not_this_way"
    status = 405
    title = "This address does not work like that"
    sentence = "Something asked for it in a way that it does not answer."
    what_to_do = "Go back and follow a link or a button from there."


class NotUnderstood(Problem):
    """What came cannot be read as a form."""

    slug = "not_understood"
    status = 400
    title = "This could not be understood"
    sentence = "What your browser sent cannot be read as a form. Nothing was changed."
    what_to_do = "Go back, load the page again, and try once more."


class FormTooLarge(TooLarge):
    """More than a form may hold."""

    slug = "form_too_large"
    title = "This form is too large"
    sentence = "It holds more than can be taken in at once. Nothing was changed."
    what_to_do = "Go back and send less at a time."


class Stopping(Problem):
    """Central is being stopped, and takes nothing more."""

    slug = "stopping"
    status = 503
    again_after_s = 5
    title = "Fieldwork at the office is stopping"
    sentence = "Nothing was changed."
    what_to_do = "Wait a minute and try again."


class NoRoom(Problem):
    """The disk of the database, or of the files, is full."""

    slug = "no_room"
    status = 507
    again_after_s = 30
    title = "There is no room left at the office"
    sentence = "The disk of the server is full, so nothing was changed. What was stored before is safe."
    what_to_do = (
        "Tell whoever runs the server. Nothing more can be taken in until there is room on its disk; then try again."
    )


class Damaged(Problem):
    """A look through the log found that it is not as it was written."""

    slug = "damaged"
    status = 503
    again_after_s = 600
    title = "The office takes nothing in at the moment"
    sentence = (
        "Its database was found to be damaged, so nothing was changed. Notes stay on the tablets, where they are safe."
    )
    what_to_do = "Tell whoever runs the server. They use fieldwork verify, and restore the last backup."


class NotNow(Problem):
    """The database does not answer, or others were before us for longer than we wait."""

    slug = "not_now"
    status = 503
    again_after_s = 5
    title = "The office cannot do this at the moment"
    # A connection that broke in a commit does not say whether the commit was made.
    sentence = (
        "Its database did not answer, so nobody can say whether your change was kept. What was stored before is safe."
    )
    what_to_do = "Wait a minute and look whether it is there. If it is not, try again. If it goes on, tell whoever runs the server."


class Unexpected(Problem):
    """A mistake of ours."""

    slug = "unexpected"
    status = 500
    title = "Something went wrong at the office"
    sentence = "This is a mistake in the program, not in what you did. What was stored before is safe."
    what_to_do = "Try again in a minute. If it happens again, tell your administrator what you were doing."


HINDERED: dict[str, type[Problem]] = {"no_room": NoRoom, "not_now": NotNow}
BY_STATUS: dict[int, type[Problem]] = {400: NotUnderstood, 404: NotFound, 405: NotThisWay, 413: FormTooLarge}


def problem_page(request: Request, problem: Problem) -> Response:
    """The page for a problem, whole or as a swap; for a tablet's exchange, central's refusal."""
    answer = _shown(request, problem)
    if problem.again_after_s is not None:
        answer.headers["retry-after"] = str(problem.again_after_s)
    return answer


def refusal(central: Central, code: str, status: int) -> Response:
    """A refusal that says whose it is: an answer without format and epoch could be anybody's (PROTOCOL.md 4.7)."""
    body = f'{{"format":"fieldwork-problem/1","epoch":"{central.epoch}","problem":"{code}"}}'
    return Response(body.encode(), status, dict(PRIVATE), "application/json")


def _shown(request: Request, problem: Problem) -> Response:
    if request.url.path.startswith("/sync/"):
        return refusal(cast(Central, request.state["central"]), problem.slug, problem.status)
    seat = request.scope["state"].get("seat")
    shown = {
        "title": problem.title,
        "sentence": problem.sentence,
        "what_to_do": problem.what_to_do,
        "link": {"href": "/", "words": "Go to your reviews"} if seat else {"href": "/sign-in", "words": "Sign in"},
    }
    return page(request, "errors/problem.html", shown, status=problem.status)


async def on_problem(request: Request, error: Exception) -> Response:
    """A problem that an action or a handler raised."""
    assert isinstance(error, Problem)
    return problem_page(request, error)


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework found: no such address, a method that is not answered, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    problem = BY_STATUS.get(error.status_code, NotUnderstood)()
    answer = problem_page(request, problem)
    answer.status_code = error.status_code
    if error.headers and "Allow" in error.headers:
        answer.headers["allow"] = error.headers["Allow"]
    return answer


async def on_faults(request: Request, error: Exception) -> Response:
    """A form's faults that its own handler did not show again."""
    assert isinstance(error, FormFaults)
    problem = NotUnderstood()
    problem.status = 422
    problem.sentence = f"{error}. Nothing was changed."
    return problem_page(request, problem)


async def on_closed(request: Request, error: Exception) -> Response:
    """The log is closing."""
    return problem_page(request, Stopping())


async def on_hindrance(request: Request, error: Exception) -> Response:
    """The database or a disk takes nothing in now. Anything else in its words is a mistake of ours, and is not answered here."""
    hindrance = hindrance_of(error)
    if hindrance is None:
        raise error
    # Whoever looks after central hears of it; nothing is said of what was brought.
    write_line("not_taken_in", hindrance=hindrance)
    return problem_page(request, HINDERED[hindrance]())


async def on_anything(request: Request, error: Exception) -> Response:
    """What nobody expected, or what happened before a handler was reached. This answer leaves outside the guard, so it brings the
    guard's headers itself."""
    hindrance = hindrance_of(error)
    answer = problem_page(request, Unexpected() if hindrance is None else HINDERED[hindrance]())
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer


async def on_damaged(request: Request, error: Exception) -> Response:
    """The log is damaged, and takes nothing in."""
    return problem_page(request, Damaged())


HANDLERS = {
    Problem: on_problem,
    HTTPException: on_http,
    FormFaults: on_faults,
    LogClosed: on_closed,
    LogDamaged: on_damaged,
    **dict.fromkeys(MAY_BE_HINDERED, on_hindrance),
    Exception: on_anything,
}
