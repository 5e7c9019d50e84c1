"use strict";
/*
 * node signatures.js FILE: what twilio-node's validators say of the requests in FILE, a JSON list
 * of {token, signature, url, parameters | body}. For each one: whether it is accepted by the
 * function for it and by Express's, and whether a signature that is a little different is not.
 */
const { readFileSync } = require("node:fs");
const twilio = require("twilio");

function accepted({ token, signature, url, parameters, body }) {
  if (body !== undefined) return twilio.validateRequestWithBody(token, signature, url, body);
  return twilio.validateRequest(token, signature, url, parameters);
}

/** The request as Express hands it on: it knows the host and what stands in the request line. */
function acceptedByExpress({ token, signature, url, parameters, body }) {
  const [, protocol, host, originalUrl] = /^(https?):\/\/([^/]*)(.*)$/s.exec(url);
  const headers = { host, "x-twilio-signature": signature };
  const request = {
    protocol,
    headers,
    originalUrl,
    header: (name) => headers[name.toLowerCase()],
    body: parameters,
    rawBody: body,
  };
  return twilio.validateExpressRequest(request, token);
}

function forged(vector) {
  const other = vector.signature.startsWith("A") ? "B" : "A";
  return { ...vector, signature: other + vector.signature.slice(1) };
}

const vectors = JSON.parse(readFileSync(process.argv[2], "utf-8"));
process.stdout.write(
  JSON.stringify(
    vectors.map((vector) => ({
      url: vector.url,
      accepted: accepted(vector),
      acceptedByExpress: acceptedByExpress(vector),
      forgedAccepted: accepted(forged(vector)) || acceptedByExpress(forged(vector)),
    })),
  ),
);
