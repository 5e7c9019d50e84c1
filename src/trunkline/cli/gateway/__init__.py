"""Commands of the gateway: keys, connections, actions, requests, the audit log.

Those of its operator (`keys`, `vault`, `audit`) ask the control API. The others speak Membrane's
contract to whichever gateway one is signed in to, as its own command line does, with the same flags
and the same JSON.
"""
