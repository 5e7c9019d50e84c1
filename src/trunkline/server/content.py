"""Put content templates together."""

from __future__ import annotations

from trunkline.messaging.content.change_content import ChangeContent
from trunkline.messaging.content.lookup import TemplateLookup
from trunkline.messaging.content.render_content import RenderContent
from trunkline.messaging.content.resources import Contents
from trunkline.messaging.content.search_content import SearchContent
from trunkline.messaging.content.search_resources import ContentSearch
from trunkline.server.core import Core

__all__ = ["RESOURCES", "Content"]

RESOURCES: tuple[type, ...] = (Contents, ContentSearch)


class Content:
    """The content templates of one node. `render` is for the send path."""

    def __init__(self, core: Core) -> None:
        templates = TemplateLookup(core.database)
        change = ChangeContent(
            core.database,
            core.worlds,
            core.sids,
            templates,
            approving=core.settings.mode == "development",
        )
        self.render = RenderContent(templates)
        self.resources: tuple[object, ...] = (
            Contents(core.database, change),
            ContentSearch(SearchContent(core.database)),
        )
