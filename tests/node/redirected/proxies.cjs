"use strict";
// Requests to Twilio that name a proxy themselves: node proxies.cjs PROXY.
const http = require("node:http");
const https = require("node:https");
const axios = require("axios");
const HttpsProxyAgent = require("https-proxy-agent");
const { ask, tell } = require("./told.cjs");

const PLAIN = "http://api.twilio.com/x";
const SECURE = "https://api.twilio.com/x";
const proxy = new URL(process.argv[2]);
const agent = new HttpsProxyAgent(proxy.href);
const headers = { "Proxy-Authorization": "Basic c2VjcmV0" };
const own = https.globalAgent;

tell({
  agent: () => ask(https.get, SECURE, { agent }),
  "agent for plain http": () => ask(http.get, PLAIN, { agent }),
  "agent for all": () => {
    https.globalAgent = agent;
    return ask(https.get, SECURE).finally(() => (https.globalAgent = own));
  },
  "first line": () => ask(http.get, { host: proxy.hostname, port: proxy.port, path: SECURE, headers }),
  axios: async () => JSON.stringify((await axios.get(SECURE)).data),
  "axios with a proxy": async () => {
    const options = { proxy: { protocol: "http", host: proxy.hostname, port: Number(proxy.port) } };
    return JSON.stringify((await axios.get(SECURE, options)).data);
  },
  "axios with an agent": async () => JSON.stringify((await axios.get(SECURE, { httpsAgent: agent })).data),
  tunnel: () => ask(http.get, { ...withPort(proxy), method: "CONNECT", path: "api.twilio.com:443" }),
});

function withPort({ hostname, port }) {
  return { host: hostname, port };
}
