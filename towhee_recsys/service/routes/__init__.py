"""The routes, one file a subject."""

from towhee_recsys.service.routes import admin, docs, feedback, health, items, page, recommend, users, why_not

PLAIN = recommend.PLAIN
"""The route that most requests take; it comes before those of `ROUTERS`."""

ROUTERS = [module.router for module in (recommend, why_not, items, users, feedback, health, admin, docs, page)]
"""All routes of the service."""
