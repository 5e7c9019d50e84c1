"""The real `@membranehq/sdk` takes what our token endpoint answers."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any

from tests.support.node import node_binary, node_modules
from tests.unit.gateway.sign_in.asking import tokens
from tests.unit.gateway.sign_in.conftest import House

PROGRAM = """
const sdk = require('@membranehq/sdk');
const [base, answer] = JSON.parse(process.argv[1]);
(async () => {
  const parsed = sdk.OAuthTokenResponse.parse(answer);
  const client = new sdk.MembraneClient({ apiUri: base, token: parsed.access_token });
  const self = await client.get('/user');
  let refused = null;
  try {
    await new sdk.MembraneClient({ apiUri: base, token: 'opaque' }).get('/user');
  } catch (error) { refused = error.message; }
  console.log(JSON.stringify(
    { parsed, self, refused, client_id: sdk.MEMBRANE_CLI_CLIENT_ID, types: sdk.OAUTH_TOKEN_TYPES }
  ));
})();
"""


async def test_the_sdk_takes_our_tokens(served: House) -> None:
    answer = await tokens(served, scope="platform-user")
    given = json.dumps([served.base + "/membrane", answer])

    def run() -> Any:
        done = subprocess.run(
            [node_binary(), "-e", PROGRAM, given],
            env={"NODE_PATH": str(node_modules()), "no_proxy": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    found = await asyncio.to_thread(run)

    caller = await served.caller()
    assert found["parsed"]["default_workspace_key"] == caller.tenant_key
    assert found["parsed"]["default_tenant_key"] == "default"
    assert found["parsed"]["org_id"] == caller.tenant_id
    assert found["self"]["user"] == "default"
    assert "valid JWT" in found["refused"]  # what an opaque token would have met
    assert found["client_id"] == "membrane-cli"
    assert found["types"] == ["platform-user", "tenant", "connection"]
