"""The processes: the supervisor, and the main process with everything composed in it."""
