"""Calls that are going on: whose they are, and what becomes of them when a node dies."""
