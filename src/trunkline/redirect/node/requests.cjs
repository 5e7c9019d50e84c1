"use strict";
/*
 * `http.request` and its like: an agent of Node's own opens its connections to a redirected host by
 * `connections.cjs`, and the request is left alone. This file takes away what would lead such a
 * request elsewhere: agents that ask a proxy, connections that the program makes itself, and the
 * request's form for a proxy.
 */
const http = require("node:http");
const https = require("node:https");
const { urlToHttpOptions } = require("node:url");
const { isProxy, refusal } = require("./routes.cjs");

// What an agent keeps connections by.
const POOL = [
  ...["keepAlive", "keepAliveMsecs", "scheduling", "timeout"],
  ...["maxFreeSockets", "maxSockets", "maxTotalSockets"],
];
const NODES_OWN = ["addRequest", "createConnection", "createSocket"];
// What the packages have that ask proxies: agent-base and all that is made of it (connect; callback
// in old versions), hpagent and https-proxy-agent (proxy), tunnel and tunnel-agent (proxyOptions),
// proxy-agent (getProxyForUrl), global-agent (getUrlProxy).
const PROXY_MARKS = ["proxy", "proxyOptions", "getProxyForUrl", "getUrlProxy", "connect", "callback"];

const modules = { "http:": http, "https:": https };
const original = { "http:": http.request, "https:": https.request };
const direct = new WeakMap(); // an agent that asks a proxy: by protocol, one that does not

function install(routes) {
  for (const protocol of ["http:", "https:"]) {
    const request = (...given) => send(routes, protocol, given);
    const get = (...given) => {
      const sent = send(routes, protocol, given);
      sent.end();
      return sent;
    };
    Object.assign(modules[protocol], { request, get });
  }
}

function send(routes, protocol, given) {
  const options = optionsOf(given);
  const changes = options && changesOf(routes, protocol, options);
  if (!changes) return original[protocol](...given);
  const callback = given.find((each) => typeof each === "function");
  const sent = original[changes.protocol || protocol]({ ...options, ...changes }, callback);
  if (changes.refused) sent.destroy(refusal(changes.refused));
  return sent;
}

/** What `request(url, options, callback)` means; undefined for what Node itself refuses. */
function optionsOf([first, second]) {
  const extra = typeof second === "object" ? second : undefined;
  if (typeof first === "string") {
    const url = URL.canParse?.(first) === false ? undefined : parsed(first);
    return url && { ...urlToHttpOptions(url), ...extra };
  }
  if (!first || typeof first !== "object") return undefined;
  // Node's own test for a URL, of whatever realm.
  const isUrl = first.href && first.protocol && first.auth === undefined && first.path === undefined;
  return isUrl ? { ...urlToHttpOptions(first), ...extra } : { ...first };
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The options that keep a request to a redirected host on its way; undefined when none need be. */
function changesOf(routes, protocol, options) {
  if (options.socketPath) return undefined;
  const { path } = options;
  if (typeof path === "string") {
    if (/^https?:\/\//i.test(path)) {
      const url = parsed(path);
      if (url && routes.find(url.hostname)) return withoutProxy(url, options);
    }
    if (String(options.method).toUpperCase() === "CONNECT") {
      const name = path.replace(/:\d*$/, "");
      if (routes.find(name)) {
        const proxied = isProxy(options.hostname || options.host, options.port);
        return proxied ? undefined : { refused: name };
      }
    }
  }
  if (!routes.find(options.hostname || options.host)) return undefined;
  const { agent: given, createConnection } = options;
  // A request with a connection of its own and without an agent is not kept alive.
  if (createConnection && !given) return { createConnection: undefined, agent: false };
  const agent = given === false ? undefined : given || modules[protocol].globalAgent;
  if (typeof agent?.addRequest !== "function") return undefined;
  const spoken = protocolOf(agent, options, protocol);
  return asksProxy(agent, spoken) ? { agent: directOf(agent, spoken) } : undefined;
}

/** The request that a proxy would make of `GET https://host/path` in its first line. */
function withoutProxy(url, options) {
  const { hostname, path, port } = urlToHttpOptions(url);
  let { headers } = options;
  if (headers && !Array.isArray(headers)) {
    const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "proxy-authorization");
    headers = Object.fromEntries(kept);
  }
  return {
    protocol: url.protocol,
    hostname,
    host: hostname,
    port: port || undefined,
    defaultPort: undefined,
    path,
    headers,
    agent: directOf(options.agent || modules[url.protocol].globalAgent, url.protocol),
    createConnection: undefined,
  };
}

/**
 * Whether an agent may lead past the host. One that is not known to do so is let be: it may be that
 * of a test, which answers for the host. If it opens TLS to the host after all, by a tunnel that it
 * has made, `connections.cjs` refuses that; without TLS nothing would, so there it must be Node's.
 */
function asksProxy(agent, protocol) {
  if (agent.options?.proxyEnv || PROXY_MARKS.some((mark) => mark in agent)) return true;
  const { prototype } = modules[protocol].Agent;
  return protocol === "http:" && NODES_OWN.some((name) => agent[name] !== prototype[name]);
}

/** An agent of `protocol` that keeps as many connections as `agent` does, and asks no proxy. */
function directOf(agent, protocol) {
  const known = direct.get(agent) || {};
  direct.set(agent, known);
  if (!known[protocol]) {
    const options = {};
    for (const name of POOL) {
      const value = agent.options?.[name] ?? agent[name];
      if (value !== undefined && value !== null) options[name] = value;
    }
    known[protocol] = new modules[protocol].Agent(options);
  }
  return known[protocol];
}

/** The protocol that Node would expect of a request with this agent. */
function protocolOf(agent, options, protocol) {
  if (Object.hasOwn(agent, "protocol")) return agent.protocol === "https:" ? "https:" : "http:";
  // Agents of the agent-base family serve both, and tell by the module that calls them.
  return modules[options.protocol] ? options.protocol : protocol;
}

module.exports = { install };
