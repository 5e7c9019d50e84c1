"use strict";
// node first_call.js FROM TO FILE: an app that answers a call with Say and Gather; the call, to a
// phone that presses a key; its recording, saved in FILE.
const fs = require("node:fs");
const http = require("node:http");
const { report, until } = require("./client");
const twilio = require(process.env.TWILIO_PACKAGE ?? "twilio");

function greeting() {
  const response = new twilio.twiml.VoiceResponse();
  response
    .gather({ numDigits: 1, action: "/digits", timeout: 5 })
    .say("Welcome. Press one for sales.");
  response.say("Nothing was pressed.");
  return response;
}

function sales() {
  const response = new twilio.twiml.VoiceResponse();
  response.say("What would you like?");
  response.pause({ length: 10 });
  return response;
}

/** Answers /voice and /digits, and remembers what it was asked. */
function serve(asked) {
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const form = Object.fromEntries(new URLSearchParams(body));
    const url = `http://${request.headers.host}${request.url}`;
    const signature = request.headers["x-twilio-signature"];
    const token = process.env.TWILIO_AUTH_TOKEN;
    const signed = twilio.validateRequest(token, signature, url, form);
    asked.push({ path: request.url, signed, form });
    response.setHeader("Content-Type", "text/xml");
    response.end((request.url === "/digits" ? sales() : greeting()).toString());
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

report(async (client, from, to, file) => {
  const asked = [];
  const server = await serve(asked);
  try {
    const created = await client.calls.create({
      from,
      to,
      url: `http://127.0.0.1:${server.address().port}/voice`,
      record: true,
      recordingChannels: "dual",
      trim: "do-not-trim",
    });
    const done = await until(
      (call) => call.status === "completed",
      () => client.calls(created.sid).fetch(),
    );
    const [listed] = await until(
      (recordings) => recordings.some((each) => each.status === "completed"),
      () => client.calls(created.sid).recordings.list(),
    );
    const recording = await client.recordings(listed.sid).fetch();
    const audio = await fetch(`${recording.mediaUrl}.wav?RequestedChannels=2`);
    fs.writeFileSync(file, Buffer.from(await audio.arrayBuffer()));
    return { created, done, asked, recording };
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
