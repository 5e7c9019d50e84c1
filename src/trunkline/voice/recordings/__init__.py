"""Recordings: started, paused, stopped, kept, listed and served."""
