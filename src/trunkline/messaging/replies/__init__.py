"""What the app answers: TwiML documents, executed one after the other."""
