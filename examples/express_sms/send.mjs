// node send.mjs TO TEXT: send a message whose fate the app is told.
import twilio from "twilio";

const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);

const [to, body] = process.argv.slice(2);
const message = await client.messages.create({
  to,
  from: process.env.TWILIO_PHONE_NUMBER,
  body,
  statusCallback: "https://api.example.com/twilio/status",
});
console.log(message.sid);
