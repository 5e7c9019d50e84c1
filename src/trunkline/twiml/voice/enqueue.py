"""`<Enqueue>`: wait in a queue. Source: behaviour 6.6, Appendix A; codes 1420x, 14220."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, text, written_at

__all__ = ["Enqueue", "Task"]

_METHOD_INVALID: Final = 14201
_WAIT_URL_INVALID: Final = 14202
_NAME_SHORT: Final = 14204
_NAME_LONG: Final = 14205
_WAIT_METHOD_INVALID: Final = 14206
_WORKFLOW_INVALID: Final = 14220

MAX_NAME: Final = 64
MAX_QUEUE_SIZE: Final = 5000


@element("Task")
@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`<Task>`: the attributes, in JSON, of the task that a workflow is given."""

    body: str = text()
    priority: int | None = attribute("priority", kinds.integer(0, 2**31 - 1))
    timeout: int | None = attribute("timeout", kinds.integer(1, 2**31 - 1))
    line: int | None = written_at()


def _has_name(enqueue: Enqueue) -> tuple[int, str] | None:
    if not enqueue.name and enqueue.workflow_sid is None:
        return _NAME_SHORT, "has no name of a queue. It is passed over."
    if len(enqueue.name) > MAX_NAME:
        return _NAME_LONG, f"has a name of more than {MAX_NAME} characters. It is passed over."
    return None


@element("Enqueue", check=_has_name)
@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """`<Enqueue>`: wait in the queue of this name, or for a worker of a workflow.

    `action` is as written, None if the next verb follows. `wait_url` None is the usual music, ""
    is silence.
    """

    name: str = text()
    action: str | None = attribute("action", kinds.text)
    max_queue_size: int | None = attribute("maxQueueSize", kinds.integer(1, MAX_QUEUE_SIZE))
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    wait_url: str | None = attribute("waitUrl", kinds.url_or_blank, code=_WAIT_URL_INVALID)
    wait_url_method: str = attribute(
        "waitUrlMethod", kinds.method, default="POST", code=_WAIT_METHOD_INVALID
    )
    workflow_sid: str | None = attribute("workflowSid", kinds.sid("WW"), code=_WORKFLOW_INVALID)
    tasks: tuple[Task, ...] = children(lambda: (Task,))
    line: int | None = written_at()
