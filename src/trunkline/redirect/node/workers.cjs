"use strict";
/* A worker thread that is given an environment of its own is redirected like every other. */
const threads = require("node:worker_threads");

function install(variable, preload) {
  const { [variable]: routes } = process.env;
  const option = `--require="${preload.replace(/["\\]/g, "\\$&")}"`;
  threads.Worker = new Proxy(threads.Worker, {
    construct(type, [file, options, ...rest], newTarget) {
      return Reflect.construct(type, [file, redirected(options), ...rest], newTarget);
    },
  });

  function redirected(options) {
    const { env } = options || {};
    if (!env || typeof env !== "object" || env[variable]) return options;
    const { NODE_OPTIONS: given = "" } = env;
    const NODE_OPTIONS = given.includes(option) ? given : `${given} ${option}`.trim();
    return { ...options, env: { ...env, [variable]: routes, NODE_OPTIONS } };
  }
}

module.exports = { install };
