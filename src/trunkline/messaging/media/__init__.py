"""Media of messages: fetched, kept, read."""
