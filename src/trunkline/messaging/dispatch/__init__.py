"""Messages on their way out: the queue, its lanes, and what takes them to phones and carriers."""
