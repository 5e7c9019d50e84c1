"""Messaging services: their settings, their pools of senders, and which sender a message gets."""
