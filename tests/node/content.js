"use strict";
// node content.js SENDER RECIPIENT: create, fetch, list, update, send and delete templates.
const { refusal, report } = require("./client");

report(async (client, sender, recipient) => {
  if (!process.env.TRUNKLINE_REDIRECT) {
    client.content.baseUrl = `${process.env.TRUNKLINE_URL}/content`;
  }
  const { contents } = client.content.v1;
  const created = await contents.create({
    friendly_name: "greeting",
    language: "en",
    variables: { 1: "Ann" },
    types: {
      "twilio/quick-reply": {
        body: "Shall we come, {{1}}?",
        actions: [{ type: "QUICK_REPLY", title: "Yes", id: "yes" }],
      },
    },
  });
  const fetched = await contents(created.sid).fetch();
  const listed = await contents.list();
  const updated = await contents(created.sid).update({
    types: { "twilio/text": { body: "Hello {{1}}" } },
  });
  const message = await client.messages.create({
    from: sender,
    to: recipient,
    contentSid: created.sid,
    contentVariables: JSON.stringify({ 1: "I'm Bob" }),
  });
  const removed = await contents(created.sid).remove();
  return {
    created,
    fetched,
    listed: listed.map((content) => content.sid),
    updated,
    body: message.body,
    removed,
    gone: await refusal(contents(created.sid).fetch()),
    wrong: await refusal(contents.create({ language: "en" })),
  };
});
