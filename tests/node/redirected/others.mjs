// Requests to hosts that are not Twilio's: node others.mjs PLAIN SECURE. What a host beyond this
// machine would be asked is told by the error.
import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import told from "./told.cjs";

const { ask, tell } = told;
const [plain, secure] = process.argv.slice(2);
const socketPath = "/nowhere/at/all.sock";

await tell({
  http: () => ask(http.get, `${plain}/x`, { headers: { Host: "api.twilio.com" } }),
  https: () => ask(https.get, `${secure}/x`),
  certificate: () => ask(https.get, secure.replace("127.0.0.1", "localhost")),
  fetch: async () => (await fetch(`${secure}/x`)).text(),
  tls: () =>
    new Promise((resolve, reject) => {
      const { hostname: host, port } = new URL(secure);
      const socket = tls.connect({ host, port }, () => resolve(socket.encrypted && socket.authorized));
      socket.on("error", reject);
    }).then(String),
  "a local socket": () => ask(https.get, { socketPath, host: "api.twilio.com" }),
  "an agent that answers for the host": () => {
    const { hostname: host, port } = new URL(plain);
    const agent = Object.assign(new https.Agent(), { createConnection: () => net.connect({ host, port }) });
    return ask(https.get, "https://api.twilio.com/x", { agent });
  },
  names: async () => (await dns.promises.lookup("localhost")).address,
  "almost twilio": () => ask(https.get, "https://api.twilio.com.example/"),
  "almost twilio too": () => ask(https.get, "https://nottwilio.com/"),
});
