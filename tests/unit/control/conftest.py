"""Fixtures of the control API's tests."""

from __future__ import annotations

import pytest

from tests.unit.control.support import Client, FakePlatform


@pytest.fixture
def fake() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def client(fake: FakePlatform) -> Client:
    return Client(fake)
