"""Who wants whose messages: opt-outs and opt-ins, how each is known, and the words for them."""
