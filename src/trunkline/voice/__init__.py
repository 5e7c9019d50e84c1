"""Calls: TwiML executed with real audio, on legs of any kind."""
