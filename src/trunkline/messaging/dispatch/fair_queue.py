"""What is ready for a lane, taken in turns: by account first, then by sender or service, so that
a campaign of one customer delays nobody else by more than a batch."""

from __future__ import annotations

from collections import deque

from trunkline.messaging.model import Dispatch

__all__ = ["FairQueue"]


class _Account:
    """What is ready of one account: its queues by name, and whose turn is next."""

    __slots__ = ("queues", "turns")

    def __init__(self) -> None:
        self.queues: dict[str, deque[Dispatch]] = {}
        self.turns: deque[str] = deque()


class FairQueue:
    """Round robin over accounts, then over the queues of an account; in each, first come, first
    served."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._turns: deque[str] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, dispatch: Dispatch) -> None:
        """Let a dispatch wait for its turn."""
        account = self._accounts.get(dispatch.account_id)
        if account is None:
            account = self._accounts[dispatch.account_id] = _Account()
            self._turns.append(dispatch.account_id)
        name = dispatch.service_id or dispatch.sender
        queue = account.queues.get(name)
        if queue is None:
            queue = account.queues[name] = deque()
            account.turns.append(name)
        queue.append(dispatch)
        self._size += 1

    def take(self, count: int) -> list[Dispatch]:
        """The next ones, so many at most."""
        taken: list[Dispatch] = []
        while len(taken) < count and self._turns:
            # Nobody to be fair to: as many as are wanted at once.
            share = count - len(taken) if len(self._turns) == 1 else 1
            account_id = self._turns.popleft()
            if self._take_of(self._accounts[account_id], share, taken):
                self._turns.append(account_id)
            else:
                del self._accounts[account_id]
        self._size -= len(taken)
        return taken

    def remove_world(self, world_id: str) -> list[Dispatch]:
        """Take out all of one world, whose accounts are its own."""
        removed: list[Dispatch] = []
        for account_id, account in list(self._accounts.items()):
            if next(iter(account.queues.values()))[0].world_id == world_id:
                for queue in account.queues.values():
                    removed.extend(queue)
                del self._accounts[account_id]
                self._turns.remove(account_id)
        self._size -= len(removed)
        return removed

    def _take_of(self, account: _Account, share: int, taken: list[Dispatch]) -> bool:
        """Take one account's share; whether it has more."""
        while share and account.turns:
            many = share if len(account.turns) == 1 else 1
            name = account.turns.popleft()
            queue = account.queues[name]
            many = min(many, len(queue))
            taken.extend(queue.popleft() for _ in range(many))
            share -= many
            if queue:
                account.turns.append(name)
            else:
                del account.queues[name]
        return bool(account.turns)
