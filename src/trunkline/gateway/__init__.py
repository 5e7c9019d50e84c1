"""The gateway: managed connections, actions and a proxy for agents and scripts, which get one key
of ours and never a provider's.

One core, two faces: `membrane` and `maton` speak the contracts of two hosted gateways. A *tenant*
is what keys and connections are kept apart by (a workspace, in Membrane's words); a *user* is one
of a tenant's customers, whose connections others do not see (a tenant, in Membrane's words).
"""
