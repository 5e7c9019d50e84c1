"use strict";
// node services.js NUMBER: set a messaging service up, fill its pool, take it down.
const { refusal, report } = require("./client");

report(async (client, phoneNumber) => {
  const { services } = client.messaging.v1;
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber });
  const created = await services.create({
    friendlyName: "prod-notifications",
    statusCallback: "https://api.example.com/twilio/status",
  });
  const service = services(created.sid);
  const updated = await service.update({
    inboundRequestUrl: "https://api.example.com/twilio/inbound",
    inboundMethod: "POST",
    stickySender: true,
    areaCodeGeomatch: false,
  });
  const added = await service.phoneNumbers.create({ phoneNumberSid: number.sid });
  const twice = await refusal(service.phoneNumbers.create({ phoneNumberSid: number.sid }));
  const listed = await services.list({ limit: 50 });
  const pool = await service.phoneNumbers.list({ limit: 50 });
  const fetched = await service.phoneNumbers(number.sid).fetch();
  const shop = await service.alphaSenders.create({ alphaSender: "Shop" });
  const removed = await service.phoneNumbers(number.sid).remove();
  const empty = await service.phoneNumbers.list();
  const deleted = await service.remove();
  return {
    created,
    updated,
    added,
    fetched,
    shop,
    twice,
    listed: listed.map((each) => each.sid),
    pool: pool.map((each) => each.phoneNumber),
    removed: [removed, empty, deleted],
    gone: await refusal(service.fetch()),
  };
});
