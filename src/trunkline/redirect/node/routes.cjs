"use strict";
/* Which hosts are redirected, and to where. */
const { domainToASCII } = require("node:url");

const MOST_KNOWN = 1024;

/**
 * `PATTERN=http://HOST:PORT`, separated by white space; the first pattern that fits a host counts.
 *
 * A pattern is a host, or `*.` and a host for all that is below it. Case and a dot at the end do not
 * matter, nor does the port that is asked for. Throws an Error of one sentence for anything else.
 */
class Routes {
  #patterns;
  #known = new Map();

  constructor(text) {
    this.#patterns = text.trim().split(/\s+/).map(parse);
  }

  /** Where requests to this host go, `{host, port}`; undefined for a host that is left alone. */
  find(host) {
    if (typeof host !== "string") return undefined;
    if (this.#known.has(host)) return this.#known.get(host);
    const name = plain(host);
    const address = this.#patterns.find(({ below, pattern }) =>
      below ? name.endsWith(pattern) && name.length > pattern.length : name === pattern,
    )?.address;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(host, address);
    return address;
  }
}

/** Whether the proxy of `exec --proxy` is there: what is led to it is redirected by it. */
function isProxy(host, port) {
  return process.env.TRUNKLINE_PROXY === `${host}:${port}`;
}

const NOT_FROM_INSIDE =
  "which cannot be done for this way of connecting; run the program with `trunkline exec --proxy`, and let it connect by HTTPS_PROXY";

/** The error for what cannot be redirected from inside the program. */
function refusal(host, reason = NOT_FROM_INSIDE) {
  const error = new Error(`${host} is redirected to Trunkline, ${reason}`);
  error.code = "ERR_TRUNKLINE_REDIRECT";
  return error;
}

function plain(host) {
  const name = /^[\x00-\x7f]*$/.test(host) ? host : domainToASCII(host);
  return name.replace(/\.+$/, "").toLowerCase();
}

function parse(part) {
  const equals = part.indexOf("=");
  const written = plain(equals < 0 ? part : part.slice(0, equals));
  const address = equals < 0 ? undefined : addressOf(part.slice(equals + 1));
  const below = written.startsWith("*.");
  const pattern = below ? written.slice(1) : written;
  if (!/[^.]/.test(pattern) || pattern.includes("*") || !address) {
    throw new Error(`TRUNKLINE_REDIRECT has a part that is no HOST=http://HOST:PORT: ${part}.`);
  }
  return { below, pattern, address };
}

function addressOf(url) {
  const [, six, name, digits = "80"] =
    /^http:\/\/(?:\[([^[\]/?#@]*:[^[\]/?#@]*)\]|([^[\]/?#@:]+))(?::(\d+))?\/?$/i.exec(url) || [];
  const port = Number(digits);
  return (six || name) && port > 0 && port < 65536 ? { host: six || name, port } : undefined;
}

module.exports = { Routes, isProxy, refusal };
