"use strict";
// node applications.js: create, fetch, list, update, delete.
const { refusal, report } = require("./client");

report(async (client) => {
  const created = await client.applications.create({
    friendlyName: "Support line",
    voiceUrl: "https://example.com/voice",
    voiceMethod: "GET",
    smsUrl: "https://example.com/sms",
  });
  const fetched = await client.applications(created.sid).fetch();
  const listed = await client.applications.list({ friendlyName: "Support line" });
  const updated = await client
    .applications(created.sid)
    .update({ friendlyName: "Sales line", messageStatusCallback: "https://example.com/status" });
  const removed = await client.applications(created.sid).remove();
  return {
    created,
    fetched,
    listed: listed.map((application) => application.sid),
    updated,
    removed,
    gone: await refusal(client.applications(created.sid).fetch()),
  };
});
