"""The media engine: audio of all legs of a process in one tick of 20 ms."""
