"use strict";
/*
 * A preload for the tests' Node programs: nothing but this machine can be reached, and no name but
 * its own is looked up. Loaded before the redirect, it stands below it: what would leave the machine
 * fails by this sentence, whatever the redirect thinks of it.
 */
const dns = require("node:dns");
const net = require("node:net");
const { syncBuiltinESMExports } = require("node:module");

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0"]);
const { connect } = net.Socket.prototype;
const { lookup } = dns;

function guard(host) {
  if (typeof host === "string" && !LOOPBACK.has(host)) throw new Error(`a test may not reach ${host}`);
}

net.Socket.prototype.connect = function (...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const options = first && typeof first === "object" ? first : { host: second };
  if (!options.path) guard(options.host);
  return connect.apply(this, given);
};
dns.lookup = function (host, ...rest) {
  guard(host);
  return lookup.call(this, host, ...rest);
};
syncBuiltinESMExports();
