"use strict";
// node channels.js SHORT_CODE_SID PHONE: short codes and the senders of channels.
const { refusal, report } = require("./client");

report(async (client, shortCodeSid, phone) => {
  const code = client.shortCodes(shortCodeSid);
  const updated = await code.update({ friendlyName: "Votes", smsUrl: "https://example.com/sms" });
  const fetched = await code.fetch();
  const listed = await client.shortCodes.list({ shortCode: "23" });
  const voted = await client.messages.create({ from: "12345", to: phone, body: "Vote now" });

  const { channelsSenders } = client.messaging.v2;
  const created = await channelsSenders.create({
    sender_id: "whatsapp:+14155550109",
    webhook: { callback_url: "https://example.com/in" },
    profile: { name: "Acme" },
  });
  const sender = channelsSenders(created.sid);
  const changed = await sender.update({ webhook: { callback_url: "https://example.com/new" } });
  const shown = await sender.fetch();
  const senders = await channelsSenders.list({ channel: "whatsapp" });
  const sent = await client.messages.create({
    from: created.senderId,
    to: `whatsapp:${phone}`,
    body: "Hello",
  });
  const mixed = await refusal(
    client.messages.create({ from: created.senderId, to: phone, body: "Hello" }),
  );
  const removed = await sender.remove();
  return {
    updated,
    fetched,
    listed: listed.map((each) => each.sid),
    voted,
    created,
    changed,
    shown,
    senders: senders.map((each) => each.sid),
    sent,
    mixed,
    removed,
    gone: await refusal(sender.fetch()),
  };
});
