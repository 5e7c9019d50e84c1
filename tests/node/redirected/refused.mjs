// Ways to reach Twilio that no redirect can follow: node refused.mjs PROXY COPY_OF_UNDICI.
import dns, { lookup } from "node:dns";
import dnsPromises from "node:dns/promises";
import http from "node:http";
import http2 from "node:http2";
import net, { connect } from "node:net";
import { createRequire } from "node:module";
import tls from "node:tls";
import { promisify } from "node:util";
import told from "./told.cjs";

const [proxy, copy] = process.argv.slice(2);
const { ProxyAgent, request } = createRequire(import.meta.url)(copy);
const NAME = "api.twilio.com";
const opened = (connection) =>
  new Promise((resolve, reject) => connection.on("error", reject).on("connect", () => resolve("connected")));

await told.tell({
  net: () => opened(connect(443, NAME)),
  socket: () => opened(new net.Socket().connect({ port: 80, host: NAME })),
  tls: () => opened(tls.connect(443, NAME)),
  "tls over a connection": () => opened(tls.connect({ socket: new net.Socket(), servername: NAME })),
  http2: () => opened(http2.connect(`https://${NAME}`)),
  "http2 without tls": () => opened(http2.connect(`http://${NAME}`)),
  "an agent of its own": () => {
    const agent = Object.assign(new http.Agent(), { createConnection: (options) => net.connect(options) });
    return told.ask((...given) => new http.ClientRequest(...given), { host: NAME, agent });
  },
  lookup: () =>
    new Promise((resolve, reject) => lookup(NAME, (error, found) => (error ? reject(error) : resolve(found)))),
  "promised lookup": () => promisify(dns.lookup)(NAME),
  "lookup of promises": () => dnsPromises.lookup(NAME),
  resolve4: () => dnsPromises.resolve4(NAME),
  resolver: () => new dnsPromises.Resolver().resolve("TWILIO.com"),
  "a tunnel of an undici that was not noticed": () =>
    request(`https://${NAME}/`, { dispatcher: new ProxyAgent(proxy) }),
});
