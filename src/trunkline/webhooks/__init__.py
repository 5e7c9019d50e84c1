"""Requests to the customer's app: sign, deliver in order, retry, fall back, alert."""
