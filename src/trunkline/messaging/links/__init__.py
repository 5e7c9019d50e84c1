"""Short links: URLs of messages replaced, followed and counted; the domains that they have."""
