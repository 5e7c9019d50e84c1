"""Forget what messages held: at their end, where they asked for it."""
