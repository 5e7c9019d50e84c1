"use strict";
/*
 * A preload (`node --require redirect.cjs`, or NODE_OPTIONS) for programs that insist on Twilio's
 * own addresses: whatever they ask of *.twilio.com goes to TRUNKLINE_URL instead, in plain HTTP and
 * with Host as it was, as a proxy that ends TLS would pass it on. The program itself is unchanged.
 * Nothing else but this machine can be reached: a test that leaves it fails.
 */
const http = require("node:http");
const https = require("node:https");
const { syncBuiltinESMExports } = require("node:module");

const platform = new URL(process.env.TRUNKLINE_URL);
const plain = { request: http.request, agent: new http.Agent({ keepAlive: false }) };
const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);

function optionsOf(input, extra) {
  if (typeof input !== "string" && !(input instanceof URL)) return { ...input };
  const url = new URL(input);
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port,
    path: url.pathname + url.search,
    auth: url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined,
    ...extra,
  };
}

function rerouted(original, scheme) {
  return function request(input, ...rest) {
    const extra = typeof rest[0] === "object" ? rest.shift() : undefined;
    const options = optionsOf(input, extra);
    const host = options.hostname || options.host || "localhost";
    const name = host.replace(/:\d+$/, "");
    if (name === "twilio.com" || name.endsWith(".twilio.com")) {
      const headers = new Headers(Object.entries(options.headers || {}).map(([key, value]) => [key, String(value)]));
      headers.set("Host", name);
      headers.set("X-Forwarded-Proto", scheme);
      const moved = {
        ...options,
        protocol: "http:",
        host: platform.hostname,
        hostname: platform.hostname,
        port: platform.port || 80,
        defaultPort: 80,
        agent: plain.agent,
        headers: Object.fromEntries(headers),
      };
      return plain.request(moved, ...rest);
    }
    if (!LOOPBACK.has(name)) throw new Error(`a test may not reach ${name}`);
    return extra === undefined ? original(input, ...rest) : original(input, extra, ...rest);
  };
}

for (const [module, scheme] of [[http, "http"], [https, "https"]]) {
  module.request = rerouted(module.request, scheme);
  module.get = (...args) => {
    const request = module.request(...args);
    request.end();
    return request;
  };
}
syncBuiltinESMExports();
