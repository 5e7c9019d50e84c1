"""How many calls an account begins a second."""
