"""What each TwiML verb does in a call: one module a verb."""
