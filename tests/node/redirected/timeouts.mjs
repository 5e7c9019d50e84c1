// Requests to a Twilio that does not answer, each with a limit of its own.
import https from "node:https";
import told from "./told.cjs";

const URL_ = "https://api.twilio.com/x";
const timedOut = (options) =>
  new Promise((resolve, reject) => {
    const sent = https.get(URL_, options, () => resolve("answered"));
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("timed out")));
  });

await told.tell({
  timeout: () => timedOut({ timeout: 50 }),
  "timeout of an agent": () => timedOut({ agent: new https.Agent({ timeout: 50 }) }),
  signal: () => timedOut({ signal: AbortSignal.timeout(50) }),
  fetch: () => fetch(URL_, { signal: AbortSignal.timeout(50) }),
});
