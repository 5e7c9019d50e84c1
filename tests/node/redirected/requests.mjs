// Requests to Twilio in each form that Node's own modules have, imported in each way.
import http, { get as httpGet } from "node:http";
import https, { request } from "node:https";
import * as everything from "https";
import { createRequire } from "node:module";
import told from "./told.cjs";

const { ask, tell } = told;
const required = createRequire(import.meta.url)("https");
const URL_ = "https://api.twilio.com/x?y=1";
const keeping = new https.Agent({ keepAlive: true, maxSockets: 1 });

await tell({
  text: () => ask(request, URL_),
  url: () => ask(https.request, new URL(URL_)),
  "url and options": () => ask(everything.get, URL_, { method: "DELETE", headers: { "X-Own": "yes" } }),
  options: () => ask(required.get, { host: "api.twilio.com", path: "/x?y=1" }),
  hostname: () => ask(https.get, { hostname: "API.Twilio.com.", host: "ignored.example", path: "/x" }),
  port: () => ask(https.get, "https://api.twilio.com:8443/x"),
  "plain http": () => ask(httpGet, "http://twilio.com/x"),
  "plain http by a module": () => ask(http.request, { host: "twilio.com", port: 8080, path: "/x" }),
  auth: () => ask(https.get, URL_, { auth: "user:secret" }),
  "auth of the url": () => ask(https.get, "https://user:secret@api.twilio.com/x"),
  "own host": () => ask(https.get, URL_, { headers: { Host: "own.example" } }),
  "without host": () => ask(https.get, URL_, { setHost: false, headers: { "X-Own": "yes" } }),
  "no agent": () => ask(https.get, URL_, { agent: false }),
  "own connection": () => ask(https.get, URL_, { createConnection: () => { throw new Error("made"); } }),
  "kept alive": () => ask(https.get, URL_, { agent: keeping }),
  "kept alive again": async () => {
    const answer = await ask(https.get, URL_, { agent: keeping });
    return { answer, free: Object.values(keeping.freeSockets).flat().length };
  },
  body: () =>
    new Promise((resolve, reject) => {
      const sent = https.request(URL_, { method: "POST" }, (answer) => told.read(answer).then(resolve, reject));
      sent.on("error", reject);
      sent.write("in two ");
      sent.end("parts");
    }),
  "what is seen of it": () =>
    new Promise((resolve, reject) => {
      const sent = https.get(URL_, (answer) => {
        const { authorized, encrypted } = answer.socket;
        resolve({ authorized, encrypted, protocol: sent.protocol, host: sent.host, path: sent.path });
        answer.resume();
      });
      sent.on("error", reject);
    }),
  "a signal": () => ask(https.get, URL_, { signal: AbortSignal.abort() }),
  "another scheme": () => ask(http.get, URL_),
});
