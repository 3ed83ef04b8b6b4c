"""The routes, one file a subject."""

from towhee_recsys.service.routes import admin, docs, health, items, page, recommend

ROUTERS = [module.router for module in (recommend, items, health, admin, docs, page)]
"""All routes of the service."""
