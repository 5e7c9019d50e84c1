"use strict";
// node numbers.js: what the account has, what it could buy, and how a number is configured.
const { report } = require("./client");

report(async (client) => {
  const owned = await client.incomingPhoneNumbers.list();
  const [one] = await client.incomingPhoneNumbers.list({ phoneNumber: owned[0].phoneNumber });
  const before = { smsUrl: one.smsUrl, smsMethod: one.smsMethod, friendlyName: one.friendlyName };
  const updated = await client
    .incomingPhoneNumbers(one.sid)
    .update({ smsUrl: "https://example.com/sms", smsMethod: "GET", friendlyName: "Front desk" });
  const fetched = await client.incomingPhoneNumbers(one.sid).fetch();
  const restored = await client.incomingPhoneNumbers(one.sid).update(before);

  const offered = await client.availablePhoneNumbers("US").local.list({ areaCode: 415, limit: 3 });
  return {
    owned: owned.map((number) => number.phoneNumber),
    one,
    updated,
    fetched,
    before,
    restored: { smsUrl: restored.smsUrl, smsMethod: restored.smsMethod, friendlyName: restored.friendlyName },
    offered,
  };
});
