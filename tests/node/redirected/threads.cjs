"use strict";
// Worker threads and child processes, each of which asks Twilio.
const { execFileSync } = require("node:child_process");
const { once } = require("node:events");
const https = require("node:https");
const { isMainThread, parentPort, Worker } = require("node:worker_threads");
const { ask, tell } = require("./told.cjs");

const asked = () => ask(https.get, "https://api.twilio.com/x");
const inWorker = async (options) => (await once(new Worker(__filename, options), "message"))[0];

if (!isMainThread) asked().catch(String).then((text) => parentPort.postMessage(text));
else if (process.argv[2] === "child") asked().then((text) => process.stdout.write(text));
else {
  tell({
    worker: () => inWorker({}),
    "worker with an environment of its own": () => inWorker({ env: { OWN: "yes" } }),
    "worker with options of its own": () => inWorker({ execArgv: [] }),
    child: () => execFileSync(process.execPath, [__filename, "child"], { encoding: "utf-8" }),
  });
}
