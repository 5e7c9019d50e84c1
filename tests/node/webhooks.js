"use strict";
// node webhooks.js FROM TO CALLBACK: send with a status callback; the message once it has ended.
const { report, until } = require("./client");

report(async (client, from, to, statusCallback) => {
  const created = await client.messages.create({ from, to, body: "tell me", statusCallback });
  const ended = await until(
    (message) => ["delivered", "undelivered", "failed"].includes(message.status),
    () => client.messages(created.sid).fetch(),
  );
  return { sid: created.sid, status: ended.status };
});
