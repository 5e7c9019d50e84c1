"""Migrations: expand first, contract a release later; run at start under an advisory lock."""
