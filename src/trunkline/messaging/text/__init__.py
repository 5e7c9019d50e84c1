"""The text of a message: how it is encoded, and what it counts for."""
