"use strict";
/*
 * Node runs this file before a redirected program, in each of its processes and worker threads:
 *
 *     NODE_OPTIONS='--require="…/redirect.cjs"' TRUNKLINE_REDIRECT='*.twilio.com=http://127.0.0.1:8080'
 *
 * Requests to the hosts of TRUNKLINE_REDIRECT go to the platform in plain HTTP; the program sees the
 * URL, the headers and the agent that it named. Whatever else wants to reach such a host is refused,
 * so that nothing reaches the real one. Node 18 or newer, and nothing but Node, is needed.
 */
const VARIABLE = "TRUNKLINE_REDIRECT";

function redirect(text) {
  let routes;
  try {
    routes = new (require("./routes.cjs").Routes)(text);
  } catch (error) {
    end(`${error.message} Let \`trunkline exec\` set it.`);
  }
  require("./connections.cjs").install(routes);
  require("./requests.cjs").install(routes);
  require("./dispatchers.cjs").install(routes);
  require("./workers.cjs").install(VARIABLE, __filename);
  require("node:module").syncBuiltinESMExports();
}

/** The program must not run unredirected: it would reach the real hosts. */
function end(sentence) {
  require("node:fs").writeSync(2, `${sentence}\n`);
  process.exit(2);
}

const routes = process.env[VARIABLE] || "";
if (routes.trim()) redirect(routes);
