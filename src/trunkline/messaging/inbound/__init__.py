"""Messages that come in: stored, told to the app, and what their keywords mean."""
