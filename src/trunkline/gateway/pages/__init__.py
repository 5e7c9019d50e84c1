"""The pages on which people connect their accounts. They need no script, and load nothing."""

from trunkline.gateway.pages.connect_pages import PAGE, ConnectPages
from trunkline.gateway.pages.render import message_page, page

__all__ = ["PAGE", "ConnectPages", "message_page", "page"]
