"""The web page: its files, and the descriptions of a recommender that it is built from."""

from towhee_recsys.page.describe import page_description
from towhee_recsys.page.export import export_page
from towhee_recsys.page.files import STATIC
from towhee_recsys.page.item_map import item_map
from towhee_recsys.page.overview import Overview, read_overview

__all__ = ["STATIC", "Overview", "export_page", "item_map", "page_description", "read_overview"]
