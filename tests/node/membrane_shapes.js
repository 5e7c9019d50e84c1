"use strict";
/*
 * node membrane_shapes.js CONNECTION FROM TO: which answers of the platform at MEMBRANE_API_URI do not
 * fit the schemas that @membranehq/sdk has for them, as {name: problems}; and what its selectors,
 * lists and older methods give. One JSON value on standard output.
 */
const sdk = require("@membranehq/sdk");

const env = process.env;
const client = new sdk.MembraneClient({
  apiUri: env.MEMBRANE_API_URI,
  workspaceKey: env.MEMBRANE_WORKSPACE_KEY,
  workspaceSecret: env.MEMBRANE_WORKSPACE_SECRET,
  tenantKey: "default",
});
const page = sdk.createPaginationResponseSchema;

async function main(connectionId, from, to) {
  const wrong = {};
  const fits = (name, schema, value) => {
    const read = schema.safeParse(value);
    if (!read.success) wrong[name] = read.error.issues;
    return value;
  };
  const connection = client.connection(connectionId);

  fits("connection", sdk.ConnectionApiResponse, await connection.get());
  fits("connections", page(sdk.ConnectionApiResponse), await client.connections.find());
  fits("pending", sdk.ConnectionApiResponse, await client.connections.create({ connectorKey: "slack" }));
  fits("ensured", sdk.ConnectionApiResponse, await client.post("/connections/ensure", { appUrl: "slack.com" }));
  const made = await client.post("/connection-requests", { connectorId: "cnt_twilio" });
  fits("request", sdk.ConnectionRequest, made);
  fits("requests/id", sdk.ConnectionRequest, await client.get(`/connection-requests/${made.requestId}`));
  fits("self", sdk.TenantSelfResponse, await client.self.get());
  fits("account", sdk.AccountResponse, await client.get("/account"));
  fits("workspaces", sdk.ListOrgWorkspacesResponse, await client.get("/org-workspaces"));
  const minted = await client.post(`/org-workspaces/${env.MEMBRANE_WORKSPACE_KEY}/access-token`, {
    tenantKey: "default",
  });
  fits("minted", sdk.GenerateWorkspaceAccessTokenResponse, minted);
  const search = await client.get("/search", { q: "twilio", elementType: "Connector" });
  fits("search", page(sdk.WorkspaceElementSearchResult), search);
  fits("connector", sdk.BaseConnector, search.items[0].element);
  for (const option of await client.post("/connection-options", { connectionId })) {
    fits("option", sdk.GeneratedConnectorOption, option);
  }
  const selected = client.action({ key: "send-message", integrationKey: "trunkline" });
  fits("actions", page(sdk.ActionApiResponse), await client.get("/actions", { connectionId, intent: "text" }));
  fits("action", sdk.ActionApiResponse, await selected.get());
  const byConnection = await selected.run({ from, to, body: "by a selector" }, { connectionId });
  fits("run", sdk.ActionRunResponse, byConnection);
  const log = await client.get(`/action-run-logs/${byConnection.actionRunId}`, { details: true });
  fits("log", sdk.ActionRunLogRecordApiResponse, log);
  fits("tested", sdk.ConnectionTestResponse, await client.post(`/connections/${connectionId}/test`));

  const used = new sdk.MembraneClient({ apiUri: env.MEMBRANE_API_URI, token: minted.token });
  const keyed = (await connection.patch({ key: "my-line" })).key;
  const byKey = (await client.connection("my-line").get()).id;
  const freed = (await connection.patch({ key: null })).key ?? null;
  return {
    wrong,
    keyed: [keyed, byKey, freed],
    minted: (await used.self.get()).internalId,
    all: (await client.actions.findAll()).length,
    integrations: (await client.integrations.find()).items.map((each) => each.key),
    ofIntegration: (await client.integration("trunkline").actions.list()).items.length,
    byDefault: (await selected.run({ from, to, body: "by default" })).output.body,
    connected: (await client.connections.find({ connected: true, limit: 1 })).items.map((each) => each.id),
    act: (await client.post("/act", {
      integrationKey: "trunkline",
      meta: { why: "a test" },
      api: { method: "GET", url: "/2010-04-01/Accounts.json", query: { PageSize: 1 } },
    })).output.page_size,
    older: (await client.connectionRequest(connectionId, `2010-04-01/Accounts/${env.ACCOUNT_SID}/Messages.json`, {
      From: from, To: to, Body: "older",
    })).body,
  };
}

main(...process.argv.slice(2)).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) => {
    console.error(error.data ?? error);
    process.exitCode = 1;
  },
);
