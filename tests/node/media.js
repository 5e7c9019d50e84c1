"use strict";
// node media.js FROM TO URL: send media, list and fetch them, follow to the file, delete one.
const { refusal, report, until } = require("./client");

report(async (client, from, to, url) => {
  const message = await client.messages.create({ from, to, body: "look", mediaUrl: [url] });
  const sent = await until(
    (found) => found.status === "delivered",
    () => client.messages(message.sid).fetch(),
  );
  const [listed] = await client.messages(message.sid).media.list();
  const fetched = await client.messages(message.sid).media(listed.sid).fetch();

  const uri = client.api.baseUrl + listed.uri.replace(/\.json$/, "");
  const led = await client.request({ method: "get", uri });
  const file = await client.request({ method: "get", uri, allowRedirects: true });

  const removed = await client.messages(message.sid).media(listed.sid).remove();
  return {
    message: sent,
    fetched,
    led: { status: led.statusCode, location: led.headers.location },
    file: { status: file.statusCode, type: file.headers["content-type"], body: file.body },
    removed,
    afterwards: await refusal(client.messages(message.sid).media(listed.sid).fetch()),
  };
});
