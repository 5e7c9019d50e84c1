"use strict";
// node accounts.js NAME: a subaccount of that name, in the list and at work.
const { connect, refusal, report } = require("./client");

report(async (client, name) => {
  const own = await client.api.accounts(client.accountSid).fetch();
  const created = await client.api.accounts.create({ friendlyName: name });
  const listed = await client.api.accounts.list({ friendlyName: name });
  const active = await client.api.accounts.list({ status: "active" });

  const subaccount = connect(created.sid, created.authToken);
  const parentFromBelow = await refusal(subaccount.messages.list({ limit: 1 }));
  const numbersFromAbove = await client.api.accounts(created.sid).incomingPhoneNumbers.list();
  const closed = await client.api.accounts(created.sid).update({ status: "closed" });
  return {
    own,
    created,
    listed: listed.map((account) => account.sid),
    active: active.map((account) => account.sid),
    parentFromBelow,
    numbersFromAbove: numbersFromAbove.length,
    closed: closed.status,
  };
});
