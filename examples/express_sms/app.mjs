// A help desk that people reach by text message, written for Twilio with Express.
import express from "express";
import twilio from "twilio";

// What Twilio is told to request, and therefore what it signs.
const INBOUND_URL = "https://api.example.com/twilio/inbound";
const STATUS_URL = "https://api.example.com/twilio/status";

const HELP = "You have reached the help desk. Describe your problem in one message.";

const seen = new Set(); // a database with a unique key in real life

/** Lets only those requests pass that Twilio made of `url`. */
function signedFor(url) {
  return (request, response, next) => {
    const signature = request.get("X-Twilio-Signature") ?? "";
    const token = process.env.TWILIO_AUTH_TOKEN;
    if (twilio.validateRequest(token, signature, url, request.body)) next();
    else response.status(403).send("This was not signed by Twilio.");
  };
}

const app = express();
app.use(express.urlencoded({ extended: false }));

app.post("/twilio/inbound", signedFor(INBOUND_URL), (request, response) => {
  const reply = new twilio.twiml.MessagingResponse();
  if (request.body.Body.trim().toUpperCase() === "HELP") reply.message(HELP);
  else reply.message("Received. Somebody will write to you soon.");
  response.type("text/xml").send(reply.toString());
});

app.post("/twilio/status", signedFor(STATUS_URL), (request, response) => {
  const { MessageSid, MessageStatus, ErrorCode = "" } = request.body;
  const news = `${MessageSid} ${MessageStatus}`;
  if (!seen.has(news)) { // Twilio may tell the same thing twice
    seen.add(news);
    console.log(`${news} ${ErrorCode}`);
  }
  response.sendStatus(204);
});

const server = app.listen(process.env.PORT ?? 3000, "127.0.0.1", () => {
  console.log(`The help desk listens on port ${server.address().port}.`);
});
