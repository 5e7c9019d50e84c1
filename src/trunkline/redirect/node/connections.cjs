"use strict";
/*
 * Connections to redirected hosts: those that carry HTTP/1.1 are plain connections to the platform,
 * which look as if TLS were spoken where the program asked for it; every other one is refused, and
 * so is every question for the address of such a host.
 */
const dns = require("node:dns");
const http = require("node:http");
const https = require("node:https");
const net = require("node:net");
const tls = require("node:tls");
const { isProxy, refusal } = require("./routes.cjs");

const HTTP = "http/1.1";
const HTTP_2_ONLY = "which speaks HTTP/1.1 and not HTTP/2";
const A_NAME = "localhost"; // only a name is looked up, and so not found
const QUESTIONS = ["lookup", "resolve", "resolve4", "resolve6", "resolveAny"];
const UNREACHED = ["family", "hints", "localAddress", "localPort", "path", "socket", "socketPath"];

const real = { connect: net.Socket.prototype.connect, lookup: dns.lookup };

function install(routes) {
  carryAgents(http.Agent.prototype, routes, false);
  carryAgents(https.Agent.prototype, routes, true);
  guardTls(routes);
  guardSockets(routes);
  for (const asked of [dns, dns.Resolver.prototype]) guardNames(asked, routes, answerLater);
  for (const asked of [dns.promises, dns.promises.Resolver.prototype]) {
    guardNames(asked, routes, (error) => Promise.reject(error));
  }
}

/** A connection to the platform, instead of one by `options`; for `secure`, in TLS's disguise. */
function carry(options, address, secure) {
  const own = { ...options, ...address, lookup: real.lookup };
  for (const name of UNREACHED) delete own[name];
  const socket = new net.Socket(own);
  if (own.timeout) socket.setTimeout(own.timeout);
  if (secure) disguise(socket, options);
  return real.connect.call(socket, own);
}

/** Agents of http and https, and those derived from them, ask this for a connection. */
function carryAgents(prototype, routes, secure) {
  const { createConnection: original } = prototype;
  prototype.createConnection = function createConnection(...given) {
    const options = optionsOf(given);
    const address = options.path ? undefined : routes.find(options.host);
    if (!address) return original.apply(this, given);
    const socket = carry(options, address, secure);
    const listener = given.at(-1);
    // An agent of http is net.connect with a listener; one of https takes what it is returned.
    if (!secure && typeof listener === "function") socket.once("connect", listener);
    return socket;
  };
}

/** Whoever offers HTTP/1.1 as he opens TLS (undici does) speaks it; nobody else is believed. */
function guardTls(routes) {
  const { connect: original } = tls;
  tls.connect = function connect(...given) {
    const options = optionsOf(given);
    const name = options.socket ? options.servername || options.host : options.host;
    const address = options.path ? undefined : routes.find(name);
    if (!address || throughProxy(options.socket)) return original.apply(this, given);
    if (options.socket || !offers(options, HTTP)) {
      options.socket?.destroy();
      return refused(new tls.TLSSocket(), name, offers(options, "h2") ? HTTP_2_ONLY : undefined);
    }
    const socket = carry(options, address, true);
    const listener = given.at(-1);
    if (typeof listener === "function") socket.once("secureConnect", listener);
    return socket;
  };
}

function throughProxy(socket) {
  return Boolean(socket) && isProxy(socket.remoteAddress, socket.remotePort);
}

/** The bottom of every connection of this process, but for those of `carry`. */
function guardSockets(routes) {
  net.Socket.prototype.connect = function connect(...given) {
    const options = optionsOf(Array.isArray(given[0]) ? given[0] : given);
    if (options.path || !routes.find(options.host)) return real.connect.apply(this, given);
    return refused(this, options.host);
  };
}

function guardNames(asked, routes, answer) {
  for (const name of QUESTIONS) {
    const { [name]: original } = asked;
    if (typeof original !== "function") continue;
    const guarded = function (host, ...rest) {
      if (!routes.find(host)) return original.call(this, host, ...rest);
      return answer(refusal(host), rest.at(-1));
    };
    // What the original carries (a symbol for util.promisify) goes with it, or is guarded in turn.
    asked[name] = Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  }
}

function answerLater(error, callback) {
  if (typeof callback !== "function") throw error;
  process.nextTick(callback, error);
  return {};
}

/** The socket, which fails as one does whose host is not found. */
function refused(socket, host, reason) {
  const lookup = (name, options, answer) => process.nextTick(answer, refusal(host, reason));
  return real.connect.call(socket, { host: A_NAME, port: 1, lookup });
}

/** What net.connect, tls.connect and their like mean: `(options)`, `(port, host, options)`, … */
function optionsOf(given) {
  const options = Object.assign({}, ...given.filter((each) => each && typeof each === "object"));
  if (typeof given[0] !== "object") {
    if (typeof given[0] === "string" && !/^\d+$/.test(given[0])) options.path = given[0];
    else options.port = given[0];
    if (typeof given[1] === "string") options.host = given[1];
  }
  return options;
}

function offers({ ALPNProtocols: offered }, protocol) {
  if (Array.isArray(offered)) return offered.some((each) => String(each) === protocol);
  return ArrayBuffer.isView(offered) && Buffer.from(offered).includes(protocol);
}

/** Let a plain socket answer as a TLS one that trusts its peer, for those who ask. */
function disguise(socket, options) {
  Object.assign(socket, {
    encrypted: true,
    authorized: true,
    authorizationError: null,
    secureConnecting: true,
    alpnProtocol: offers(options, HTTP) ? HTTP : false,
    servername: options.servername || false,
    getCipher: () => ({}),
    getPeerCertificate: () => ({}),
    getPeerX509Certificate: () => undefined,
    getProtocol: () => null,
    getSession: () => undefined,
    isSessionReused: () => false,
  });
  socket.once("connect", () =>
    // A moment later, as TLS takes one: a listener of "connect" may begin to wait for it.
    process.nextTick(() => {
      socket.secureConnecting = false;
      socket.emit("secureConnect");
    }),
  );
}

module.exports = { carry, install };
