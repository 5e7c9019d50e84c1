// An ESM program with twilio-node, which knows nothing of Trunkline: node messages.mjs FROM TO.
import twilio from "twilio";

const [from, to] = process.argv.slice(2);
const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);
const { sid } = await client.messages.create({ from, to, body: "from an ESM program" });
const { body, to: sentTo } = await client.messages(sid).fetch();
const alerts = await client.monitor.v1.alerts.list();
console.log(JSON.stringify({ body, to: sentTo, alerts: alerts.length }));
