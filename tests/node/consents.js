"use strict";
// node consents.js NUMBER PHONE: tell of an opt-out, and of one that cannot be.
const { refusal, report } = require("./client");

report(async (client, sender, phone) => {
  const item = { contact_id: phone, correlation_id: "1", sender_id: sender, source: "website" };
  const made = await client.accounts.v1.bulkConsents.create({
    items: [
      { ...item, status: "opt-out" },
      { ...item, status: "never", correlation_id: "2" },
    ],
  });
  return {
    items: made.items,
    refused: await refusal(client.messages.create({ from: sender, to: phone, body: "hello" })),
  };
});
