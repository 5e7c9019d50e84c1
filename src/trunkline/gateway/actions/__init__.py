"""Actions: what an agent can do with a connection, named, described and typed.

An action is a declaration (`declare.py`): its request is made by `build_request.py`, which is pure.
`Actions` (`actions.py`) lists, searches and runs them.
"""

from trunkline.gateway.actions.actions import Actions
from trunkline.gateway.actions.ask import Ask
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.list_actions import ActionPage
from trunkline.gateway.actions.run_action import RunResult
from trunkline.gateway.actions.run_log import Run

__all__ = ["Action", "ActionPage", "Actions", "Ask", "Run", "RunResult"]
