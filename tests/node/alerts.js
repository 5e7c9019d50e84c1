"use strict";
// node alerts.js: the account's alerts, the newest one with its request, and its notification.
const { report } = require("./client");

report(async (client) => {
  client.monitor.baseUrl = `${process.env.TRUNKLINE_URL}/monitor`;
  const listed = await client.monitor.v1.alerts.list();
  const warnings = await client.monitor.v1.alerts.list({ logLevel: "warning" });
  const fetched = await client.monitor.v1.alerts(listed[0].sid).fetch();
  const notification = await client.api.v2010
    .accounts(client.accountSid)
    .notifications(listed[0].sid)
    .fetch();
  return { listed, warnings: warnings.length, fetched, notification };
});
