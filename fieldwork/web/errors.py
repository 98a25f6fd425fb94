"""The one place that turns problems into pages. A tablet's exchanges get a short text instead; nothing here says what went wrong inside.

What a person can act on is a `Problem`. What nobody expected is one honest page, and the error itself goes on to the log.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fieldwork.domain.problems import FormFaults, NotFound, Problem, TooLarge
from fieldwork.store.writer import LogClosed
from fieldwork.web.guard import HEADERS
from fieldwork.web.htmx import page


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
    sentence = "What your browser sent is not a form that central can read. Nothing was changed."
    what_to_do = "Go back, load the page again, and try once more."


class FormTooLarge(TooLarge):
    """More than a form may hold."""

    slug = "form_too_large"
    title = "This form is too large"
    sentence = "It holds more than central takes at once. Nothing was changed."
    what_to_do = "Go back and send less at a time."


class Stopping(Problem):
    """Central is being stopped, and takes nothing more."""

    slug = "stopping"
    status = 503
    title = "Central is stopping"
    sentence = "Nothing was changed."
    what_to_do = "Wait a minute and try again."


class Unexpected(Problem):
    """A mistake of ours."""

    slug = "unexpected"
    status = 500
    title = "Something went wrong at the office"
    sentence = "This is a mistake in the program, not in what you did. What was stored before is safe."
    what_to_do = "Try again in a minute. If it happens again, tell your administrator what you were doing."


BY_STATUS: dict[int, type[Problem]] = {400: NotUnderstood, 404: NotFound, 405: NotThisWay, 413: FormTooLarge}


def problem_page(request: Request, problem: Problem) -> Response:
    """The page for a problem, whole or as a swap."""
    if request.url.path.startswith("/sync/"):
        return PlainTextResponse(f"{problem.slug}\n", problem.status)
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


async def on_anything(request: Request, error: Exception) -> Response:
    """What nobody expected. This answer leaves outside the guard, so it brings the guard's headers itself."""
    answer = problem_page(request, Unexpected())
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer


HANDLERS = {
    Problem: on_problem,
    HTTPException: on_http,
    FormFaults: on_faults,
    LogClosed: on_closed,
    Exception: on_anything,
}
