"use strict";
// node links.js DOMAIN_SID NUMBER PHONE: let a service use a domain, and send a short link.
const { refusal, report } = require("./client");

report(async (client, domainSid, phoneNumber, to) => {
  const { v1 } = client.messaging;
  const service = await v1.services.create({ friendlyName: "links" });
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber });
  await v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number.sid });
  const config = await v1.domainConfig(domainSid).update({
    fallbackUrl: "https://shop.example/",
    continueOnFailure: true,
  });
  const association = await v1.linkshorteningMessagingService(domainSid, service.sid).create();
  const message = await client.messages.create({
    to,
    messagingServiceSid: service.sid,
    body: "Sale: https://shop.example/sale",
    shortenUrls: true,
  });
  const dns = await v1.domainValidateDns(domainSid).fetch();
  return {
    service: service.sid,
    config: [config.domainSid, config.fallbackUrl, config.continueOnFailure],
    association: [association.domainSid, association.messagingServiceSid],
    body: message.body,
    valid: dns.isValid,
    refused: await refusal(v1.domainConfig(domainSid).update({ callbackUrl: "nowhere" })),
  };
});
