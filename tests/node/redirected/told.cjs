"use strict";
/* What these programs share: each asks in many ways, and prints one JSON object of what came back. */

/** The body of an answer to `request(...given)`, whose last argument is not a callback. */
function ask(request, ...given) {
  return new Promise((resolve, reject) => {
    const sent = request(...given, (answer) => read(answer).then(resolve, reject));
    sent.on("error", reject).end();
  });
}

async function read(stream) {
  let text = "";
  for await (const part of stream.setEncoding("utf-8")) text += part;
  return text;
}

/** Run `ways`, functions by name, one after another; print what each returned, or its error. */
async function tell(ways) {
  const told = {};
  for (const [name, way] of Object.entries(ways)) {
    try {
      told[name] = await way();
    } catch (error) {
      told[name] = { error: error.cause?.message || error.message, code: error.cause?.code || error.code };
    }
  }
  process.stdout.write(JSON.stringify(told), () => process.exit());
}

module.exports = { ask, read, tell };
