"""A call as it goes on: its leg, its documents, what interrupts them."""
