// fetch, as Node has it: node fetches.mjs OTHER, a server that is not redirected.
import told from "./told.cjs";

const URL_ = "https://api.twilio.com/x?y=1";
const other = process.argv[2];
const seen = async (answer) => ({ url: answer.url, redirected: answer.redirected, text: await answer.text() });

await told.tell({
  text: async () => seen(await fetch(URL_)),
  url: async () => seen(await fetch(new URL(URL_))),
  request: async () => seen(await fetch(new Request(URL_, { method: "DELETE" }))),
  "plain http": async () => seen(await fetch("http://twilio.com/x")),
  port: async () => seen(await fetch("https://api.twilio.com:8443/x")),
  form: async () => seen(await fetch(URL_, { method: "POST", body: new URLSearchParams({ Body: "Grüße" }) })),
  "form data": async () => {
    const form = new FormData();
    form.set("Body", "hello");
    return seen(await fetch(URL_, { method: "POST", body: form }));
  },
  stream: async () => {
    const stream = new Blob(["in ", "parts"]).stream();
    return seen(await fetch(URL_, { method: "POST", body: stream, duplex: "half" }));
  },
  redirect: async () => seen(await fetch("https://api.twilio.com/redirect?to=https://video.twilio.com/y")),
  "redirect to twilio": async () => seen(await fetch(`${other}/redirect?to=${URL_}`)),
  "redirect elsewhere": async () => seen(await fetch(`https://api.twilio.com/redirect?to=${other}/z`)),
  elsewhere: async () => seen(await fetch(`${other}/z`)),
  signal: async () => seen(await fetch(URL_, { signal: AbortSignal.abort() })),
});
