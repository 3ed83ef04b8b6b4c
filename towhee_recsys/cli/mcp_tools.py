"""The pipelines as tools of the Model Context Protocol, over standard input and output."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from towhee_recsys.config import Config
from towhee_recsys.errors import RecsysError

if TYPE_CHECKING:
    from mcp.server import MCPServer


def tools_of(config: Config) -> MCPServer:
    """A server whose tools answer by a trained and indexed config.

    Raises:
        IndexMismatchError: there is no index, or its model is not here.
        RecsysError: a pipeline cannot be built.
    """
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    from towhee_recsys.lifecycle import add_feedback
    from towhee_recsys.lifecycle.published import PublishedModel
    from towhee_recsys.pipelines import recommend_pipeline, similar_pipeline, why_not
    from towhee_recsys.requests import CatalogueTitles
    from towhee_recsys.stores.catalogue import open_catalogue

    server = MCPServer(f"towhee-recsys: {config.dataset.name}", instructions=_instructions(config))
    recommend_items, similar_items = recommend_pipeline(config), similar_pipeline(config)
    published, catalogue = PublishedModel(config), open_catalogue(config.catalogue)
    titles = CatalogueTitles(catalogue, config.dataset.items.title or config.dataset.items.id)

    def tool(function: Callable[..., Any]) -> None:
        """Offers a function; a client gets the message of an error of ours, and of another one none."""

        @wraps(function)
        def call(**given: Any) -> Any:
            try:
                return function(**given)
            except RecsysError as error:
                raise ToolError(str(error)) from error

        server.tool()(call)

    @tool
    def recommend(user: dict[str, Any], policy: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Recommends items to a user: declared columns, or `liked` and `disliked`, lists of ids or titles.

        The policy may have top_k, offset, filter, exclude, only, include_seen, diversity and explain.
        """
        return list(recommend_items({**(policy or {}), "user": user}).get()[0])

    @tool
    def similar(items: list[int | str], policy: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Finds what is most like items, given by ids or titles; the policy is as for recommend."""
        return list(similar_items({**(policy or {}), "items": items}).get()[0])

    @tool
    def find_items(title: str, limit: int = 10) -> list[dict[str, Any]]:
        """Finds items by their titles, with typing errors or not."""
        live = published.must_be_live()
        ids = [key for key, _ in titles.of(live).search(title, limit)]
        return [dict(facts) for facts in catalogue.get(ids, live.build) if facts]

    @tool
    def why_not_recommended(user: dict[str, Any], item: int | str) -> dict[str, Any]:
        """Explains why an item, an id or a title, is not recommended to a user: score, rank and each rule."""
        return why_not(config, user, item, recommend=recommend_items)

    @tool
    def record_feedback(events: list[dict[str, Any]]) -> int:
        """Records interactions, which count from the next recommendation on; returns how many."""
        return add_feedback(config, events)

    return server


def _instructions(config: Config) -> str:
    users = [config.dataset.users.id, *dict.fromkeys(each.column for each in config.features.user)]
    declared = config.dataset.interactions
    value = declared.rating or declared.event or declared.count
    events = [each for each in (declared.user, declared.item, value, declared.time) if each]
    filters = ", ".join(config.dataset.items.filter) or "none"
    return (
        f"Columns of users: {', '.join(dict.fromkeys(users))}. Columns of events: {', '.join(events)}. "
        f"Columns that items are filtered by: {filters}."
    )
