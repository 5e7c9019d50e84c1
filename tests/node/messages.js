"use strict";
// node messages.js FROM TO: send, read, list in pages, redact, delete.
const { refusal, report, until } = require("./client");

report(async (client, from, to) => {
  const created = await client.messages.create({ from, to, body: "one – Grüße 👋" });
  const fetched = await client.messages(created.sid).fetch();

  const rest = [];
  for (const body of ["two", "three", "four", "five"]) {
    rest.push(await client.messages.create({ from, to, body }));
  }
  const listed = await client.messages.list({ to, pageSize: 2 });
  const limited = await client.messages.list({ to, limit: 3 });
  const pages = [];
  for (let page = await client.messages.page({ to, pageSize: 2 }); page; page = await page.nextPage()) {
    pages.push(page.instances.map((message) => message.body));
  }

  const final = await until(
    (message) => message.status === "delivered",
    () => client.messages(created.sid).fetch(),
  );
  const redacted = await client.messages(created.sid).update({ body: "" });
  const afterRedaction = await client.messages(created.sid).fetch();
  const last = rest.at(-1).sid;
  await until((message) => message.status === "delivered", () => client.messages(last).fetch());
  const removed = await client.messages(last).remove();

  return {
    created,
    fetched,
    listed: listed.map((message) => message.sid),
    sent: [created, ...rest].map((message) => message.sid),
    limited: limited.map((message) => message.body),
    pages,
    final,
    redacted,
    afterRedaction: afterRedaction.body,
    removed,
    gone: await refusal(client.messages(last).fetch()),
    goneSid: last,
    left: (await client.messages.list({ to })).length,
    dates: {
      dateCreated: fetched.dateCreated instanceof Date,
      dateSent: final.dateSent instanceof Date,
    },
  };
});
