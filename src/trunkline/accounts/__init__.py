"""Accounts and subaccounts, their tokens, API keys and balance."""

from trunkline.accounts.authenticate import AccountAuthenticator
from trunkline.accounts.create_account_set import (
    AccountSet,
    create_account_set,
    load_account_set,
)
from trunkline.accounts.fetch_own_page import fetch_own_page
from trunkline.accounts.open_secrets import open_secrets
from trunkline.accounts.resources import account_resources

__all__ = [
    "AccountAuthenticator",
    "AccountSet",
    "account_resources",
    "create_account_set",
    "fetch_own_page",
    "load_account_set",
    "open_secrets",
]
