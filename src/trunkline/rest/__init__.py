"""Twilio-style HTTP, with no resources in it."""
