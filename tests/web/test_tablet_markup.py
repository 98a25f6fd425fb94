"""The tablet's pages as markup: whole pages for the Nu checker, swaps for html-validate (A11Y-02), with the contexts of its templates."""

from __future__ import annotations

from fieldwork.settings import ROOT
from fieldwork.templating.environment import make_environment
from tests.templating.contexts.tablet import cases
from tests.web.markup_validity import fragment_problems, nu_problems


def _rendered(*, whole: bool) -> dict[str, str]:
    environment = make_environment(ROOT / "templates")
    return {
        f"{name} {number}": environment.get_template(name).render(context)
        for name, contexts in cases().items()
        for number, context in enumerate(contexts)
        if context.get("whole", False) is whole
    }


def test_every_page_of_the_tablet_is_valid_html() -> None:
    """A11Y-02."""
    assert nu_problems(_rendered(whole=True)) == []


def test_every_swap_of_the_tablet_is_valid_html() -> None:
    """A11Y-02."""
    assert fragment_problems(_rendered(whole=False)) == []
