"""TwiML for calls: the whole schema of voice, typed."""
