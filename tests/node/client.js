"use strict";
/*
 * What the scripts share: twilio-node as it comes from npm, and one JSON value on standard output.
 * TRUNKLINE_URL is where the platform is. Redirected, the client is left wholly alone; otherwise its
 * base URL is set, as an application would.
 */
// TWILIO_PACKAGE is the name of another version of it.
const twilio = require(process.env.TWILIO_PACKAGE ?? "twilio");

function connect(username = process.env.TWILIO_ACCOUNT_SID, password = process.env.TWILIO_AUTH_TOKEN) {
  const client = twilio(username, password, { accountSid: process.env.TWILIO_ACCOUNT_SID });
  if (!process.env.TRUNKLINE_REDIRECT) {
    client.api.baseUrl = process.env.TRUNKLINE_URL;
    client.messaging.baseUrl = `${process.env.TRUNKLINE_URL}/messaging`;
  }
  return client;
}

/** Run `work(client, ...arguments of the command line)` and print what it returns. */
function report(work) {
  work(connect(), ...process.argv.slice(2)).then(
    (result) => process.stdout.write(JSON.stringify(result)),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}

/** What an application sees of a refusal; null when there was none. */
async function refusal(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return {
      class: error.constructor.name,
      status: error.status,
      code: error.code,
      message: error.message,
      moreInfo: error.moreInfo,
    };
  }
}

/** The first answer of `ask` that `settled` accepts; asked again until then, 10 s at most. */
async function until(settled, ask) {
  for (const deadline = Date.now() + 10_000; ; ) {
    const answer = await ask();
    if (settled(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not settled: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

module.exports = { connect, refusal, report, until };
