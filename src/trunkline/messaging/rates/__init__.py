"""Rates of senders and the length of their queues (behaviour 5.3)."""
