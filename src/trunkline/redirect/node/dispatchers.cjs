"use strict";
/*
 * undici, within Node (`fetch`) and from npm: its dispatchers connect to a redirected host by
 * `connections.cjs`. Those that would ask a proxy hand a request for such a host to one that does
 * not, and so does an Agent that would connect without TLS, which tells nobody that it speaks HTTP.
 */
const channels = require("node:diagnostics_channel");
const { carry } = require("./connections.cjs");
const { isProxy, refusal } = require("./routes.cjs");

const GLOBAL = Symbol.for("undici.globalDispatcher.1");
const PROXIES = new Set(["ProxyAgent", "EnvHttpProxyAgent", "Socks5ProxyAgent"]);
const PACKAGE = /[\\/]undici[\\/]index\.js$/;

const adopted = new WeakSet(); // prototypes whose dispatch is ours
const direct = new WeakSet(); // dispatchers that connect to the platform alone
const kinds = new WeakMap(); // by prototype: "proxy", "agent" or another, which is left alone
let routes;
const tunnels = channels.channel("undici:client:sendHeaders"); // held: a channel may be forgotten
let fallback; // the direct dispatcher of Node's own undici

function install(given) {
  routes = given;
  adoptInstance(globalThis[GLOBAL]); // Node has one already when it was told to use proxies
  wrapFetch();
  watchPackages();
  refuseTunnels();
}

/**
 * Notice the package undici: as it is loaded, it asks for its diagnostics channels. A wrapper around
 * `require` would tell, too, but stand between Node and a package that uses something deprecated:
 * Node would then take it for the program's own code, and warn.
 */
function watchPackages() {
  const { channel: original } = channels;
  channels.channel = function channel(name) {
    if (name === "undici:client:beforeConnect") {
      for (const module of Object.values(require.cache)) {
        if (!module.loaded && PACKAGE.test(module.filename)) onceLoaded(module, adoptPackage);
      }
    }
    return original(name);
  };
}

function onceLoaded(module, listener) {
  const shown = { configurable: true, enumerable: true };
  Object.defineProperty(module, "loaded", {
    ...shown,
    get: () => false,
    set(value) {
      Object.defineProperty(module, "loaded", { ...shown, writable: true, value });
      listener(module.exports);
    },
  });
}

function adoptPackage(undici) {
  if (typeof undici?.Agent !== "function") return;
  let made;
  const makeDirect = () => (made ||= remembered(new undici.Agent({ connect })));
  for (const type of [undici.Agent, undici.ProxyAgent, undici.EnvHttpProxyAgent]) {
    if (typeof type === "function") adopt(type.prototype, makeDirect);
  }
}

/** The last resort for a copy of undici that was not noticed: its proxy is not told of the host. */
function refuseTunnels() {
  tunnels.subscribe(({ request, socket }) => {
    if (request.method !== "CONNECT") return;
    const name = String(request.path).replace(/:\d*$/, "");
    if (!routes.find(name) || isProxy(socket.remoteAddress, socket.remotePort)) return;
    socket.destroy(refusal(name));
  });
}

/** Node loads its undici with the first fetch; its dispatcher is known from then on. */
function wrapFetch() {
  const { fetch: original } = globalThis;
  if (typeof original !== "function") return;
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, "fetch");
  const value = function fetch(input, init = undefined) {
    void globalThis.Headers; // loads undici, unless it is there
    adoptInstance(globalThis[GLOBAL]);
    adoptInstance(init?.dispatcher);
    return original.call(this, input, init);
  };
  Object.defineProperty(globalThis, "fetch", { ...descriptor, value });
}

function adoptInstance(dispatcher) {
  if (!dispatcher || typeof dispatcher.dispatch !== "function") return;
  const prototype = Object.getPrototypeOf(dispatcher);
  if (adopted.has(prototype)) return;
  // One that asks proxies has an Agent for the hosts that it reaches without.
  const inner = Object.getOwnPropertySymbols(dispatcher).map((name) => dispatcher[name]);
  const agent = [dispatcher, ...inner].find((each) => each?.constructor?.name === "Agent");
  if (agent) fallback ||= remembered(new agent.constructor({ connect }));
  adopt(prototype, () => fallback);
}

function remembered(dispatcher) {
  direct.add(dispatcher);
  return dispatcher;
}

/** Let each `dispatch` from this prototype upwards look at the host first. */
function adopt(prototype, makeDirect) {
  for (let each = prototype; each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    if (adopted.has(each)) continue;
    adopted.add(each);
    if (!Object.hasOwn(each, "dispatch")) continue;
    const { dispatch: original } = each;
    each.dispatch = function dispatch(options, handler) {
      const instead = leadsElsewhere(this, options) && makeDirect();
      if (instead) return instead.dispatch(options, handler);
      return original.call(this, options, handler);
    };
  }
}

function leadsElsewhere(dispatcher, options) {
  if (!options?.origin || direct.has(dispatcher)) return false;
  const kind = kindOf(Object.getPrototypeOf(dispatcher));
  if (kind === "other") return false;
  const { hostname, protocol } = new URL(options.origin);
  return Boolean(routes.find(hostname)) && (kind === "proxy" || protocol === "http:");
}

function kindOf(prototype) {
  if (!kinds.has(prototype)) {
    const names = [];
    for (let each = prototype; each; each = Object.getPrototypeOf(each)) names.push(each.constructor.name);
    const proxy = names.some((name) => PROXIES.has(name));
    kinds.set(prototype, proxy ? "proxy" : names.includes("Agent") ? "agent" : "other");
  }
  return kinds.get(prototype);
}

/** undici's connector, for hosts that are redirected. */
function connect({ hostname, protocol, port, servername }, callback) {
  const secure = protocol === "https:";
  const socket = carry({ servername, port }, routes.find(hostname), secure);
  const settled = (error) => {
    socket.off("error", settled).off("connect", connected);
    callback(error, error ? null : socket);
  };
  const connected = () => settled(null);
  socket.setKeepAlive(true, 60_000).setNoDelay(true);
  return socket.once("error", settled).once("connect", connected);
}

module.exports = { install };
