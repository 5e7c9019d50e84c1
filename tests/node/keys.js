"use strict";
// node keys.js FROM TO: make an API key, send with it, delete it.
const { connect, refusal, report } = require("./client");

report(async (client, from, to) => {
  const created = await client.newKeys.create({ friendlyName: "build server" });
  const fetched = await client.keys(created.sid).fetch();
  const listed = await client.keys.list();

  const withKey = connect(created.sid, created.secret);
  const message = await withKey.messages.create({ from, to, body: "sent with a key" });
  const accountsWithKey = await refusal(withKey.api.accounts(client.accountSid).fetch());

  const removed = await client.keys(created.sid).remove();
  return {
    created,
    fetched: { ...fetched.toJSON(), hasSecret: "secret" in fetched },
    listed: listed.filter((key) => key.sid === created.sid).length,
    message,
    accountsWithKey,
    removed,
    afterwards: await refusal(withKey.messages.list({ limit: 1 })),
  };
});
