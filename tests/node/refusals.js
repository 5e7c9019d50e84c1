"use strict";
// node refusals.js FROM TO: what an application sees when the platform says no.
const { connect, refusal, report } = require("./client");

report(async (client, from, to) => {
  const unknown = "SM" + "0".repeat(32);
  const create = (parameters) => refusal(client.messages.create(parameters));
  const stranger = connect(process.env.TWILIO_ACCOUNT_SID, "0".repeat(32));
  return {
    badTo: await create({ from, to: "+15551234", body: "hello" }),
    noSender: await create({ to, body: "hello" }),
    noBody: await create({ from, to }),
    tooLong: await create({ from, to, body: "x".repeat(1601) }),
    toItself: await create({ from, to: from, body: "hello" }),
    unknownMessage: await refusal(client.messages(unknown).fetch()),
    wrongToken: await refusal(stranger.messages.list({ limit: 1 })),
  };
});
