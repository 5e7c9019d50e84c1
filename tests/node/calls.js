"use strict";
// node calls.js FROM TO: make a call to a phone that rings, read, list, cancel, delete it.
const { refusal, report, until } = require("./client");

report(async (client, from, to) => {
  const twiml = '<Response><Pause length="3600"/></Response>';
  const created = await client.calls.create({
    from,
    to,
    twiml,
    timeout: 90,
    statusCallback: "http://127.0.0.1:9/status",
    statusCallbackEvent: ["initiated", "ringing"],
  });
  const ringing = await until(
    (call) => call.status === "ringing",
    () => client.calls(created.sid).fetch(),
  );
  const listed = await client.calls.list({ to, status: "ringing" });
  const canceled = await client.calls(created.sid).update({ status: "canceled" });
  const events = await client.calls(created.sid).events.list();
  const removed = await client.calls(created.sid).remove();

  return {
    created,
    ringing,
    listed: listed.map((call) => call.sid),
    canceled: canceled.status,
    made: events.at(-1).request,
    removed,
    gone: await refusal(client.calls(created.sid).fetch()),
    refused: await refusal(client.calls.create({ from: "+14155550199", to, twiml })),
    dates: {
      dateCreated: created.dateCreated instanceof Date,
      startTime: ringing.startTime instanceof Date,
    },
  };
});
