"""Where the settings say that the master keys are."""

from __future__ import annotations

import base64
import shlex
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.unit.gateway.vault.support import Settings
from trunkline import settings as trunkline_settings
from trunkline.gateway.vault import VaultError, load_master_keys
from trunkline.gateway.vault.key_file import KeyFile

ENTRY = f"5:{base64.b64encode(bytes(range(32))).decode()}"


def test_by_default_a_file_of_the_data_folder_is_made(settings: Settings) -> None:
    assert repr(load_master_keys(settings)) == "MasterKeys(versions=[1], current=1)"
    assert settings.file.exists()


def test_a_missing_file_is_not_replaced_when_secrets_exist(settings: Settings) -> None:
    with pytest.raises(VaultError, match="is missing: put it back from a backup"):
        load_master_keys(settings, create=False)
    assert not settings.data.exists()


def test_another_file_can_be_named(settings: Settings, tmp_path: Path) -> None:
    settings.gateway_master_key_file = tmp_path / "other"
    keys = load_master_keys(settings)
    assert (tmp_path / "other").exists()
    assert isinstance(keys.source, KeyFile)


def test_keys_in_the_variable_need_no_file(settings: Settings) -> None:
    settings.gateway_master_key = SecretStr(ENTRY)
    keys = load_master_keys(settings)
    assert keys.current == 5
    assert not settings.data.exists()
    assert ENTRY[2:20] not in f"{keys!r}{keys.source!r}{vars(keys.source)!r}"


def test_a_bad_variable_is_named_and_not_quoted(settings: Settings) -> None:
    settings.gateway_master_key = SecretStr("hunter2")
    with pytest.raises(VaultError, match="TRUNKLINE_GATEWAY_MASTER_KEY has no master key") as told:
        load_master_keys(settings)
    assert "hunter2" not in str(told.value)


def test_keys_may_come_from_a_command(settings: Settings) -> None:
    settings.gateway_master_key_command = shlex.join([sys.executable, "-c", f"print('{ENTRY}')"])
    assert load_master_keys(settings).current == 5
    assert not settings.data.exists()


def test_keys_come_from_one_place(settings: Settings) -> None:
    settings.gateway_master_key = SecretStr(ENTRY)
    settings.gateway_master_key_command = "true"
    with pytest.raises(VaultError, match="Master keys come from one place"):
        load_master_keys(settings)


def test_the_settings_of_the_platform_will_do(tmp_path: Path) -> None:
    assert load_master_keys(trunkline_settings.Settings(data=tmp_path)).current == 1
