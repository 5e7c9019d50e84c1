"""Alerts: what went wrong, for the people who run the app. Monitor, notifications, debugger."""
