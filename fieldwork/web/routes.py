"""The table of contents of central: every address it answers to, room by room."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount

from fieldwork.web import (
    concerns,
    conflicts,
    evidence,
    exports,
    health,
    held,
    people,
    questions,
    record_receipts,
    removal,
    reviews,
    sealed_copies,
    sign_in,
    still_ours,
    sync,
    team,
    visits,
)
from fieldwork.web.assets import PREFIX, Assets
from fieldwork.web.tablet import TabletRoutes


def all_routes(assets: Assets | None) -> list[BaseRoute]:
    """Every route; those of the browser half only when it has been built."""
    return [
        *health.ROUTES,
        *sync.ROUTES,
        *sign_in.ROUTES,
        *reviews.ROUTES,
        *questions.ROUTES,
        *exports.ROUTES,
        *concerns.ROUTES,
        *visits.ROUTES,
        *held.ROUTES,
        *conflicts.ROUTES,
        *team.ROUTES,
        *evidence.ROUTES,
        *record_receipts.ROUTES,
        *removal.ROUTES,
        *people.ROUTES,
        *still_ours.ROUTES,
        *sealed_copies.ROUTES,
        *([Mount(PREFIX, app=assets, name="assets"), *TabletRoutes(assets).routes] if assets is not None else []),
    ]
