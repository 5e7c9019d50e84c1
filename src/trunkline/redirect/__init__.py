"""Unchanged programs reach this platform instead of the hosts that they name.

`hosts` says which hosts those are. `python/` and `node/` are loaded into the programs themselves
and depend on nothing, not even on this package; `environment` makes the variables that load them.
"""
