"""Messages: their text, their life and their errors."""
