// undici from npm, and what it gives to fetch.
import { Agent, Client, EnvHttpProxyAgent, MockAgent, Pool, ProxyAgent, fetch as npmFetch } from "undici";
import { getGlobalDispatcher, request, setGlobalDispatcher } from "undici";
import told from "./told.cjs";

const URL_ = "https://api.twilio.com/x?y=1";
const NOWHERE = "http://127.0.0.1:9";
const body = async (answer) => (await answer).body.text();
const text = async (answer) => (await answer).text();

// This undici calls one of its agents experimental, redirected or not.
const { emitWarning } = process;
process.emitWarning = (text, options) => options?.code === "UNDICI-EHPA" || emitWarning(text, options);

async function withGlobal(dispatcher, way) {
  const before = getGlobalDispatcher();
  setGlobalDispatcher(dispatcher);
  try {
    return await way();
  } finally {
    setGlobalDispatcher(before);
  }
}

await told.tell({
  // Before anything else was asked: there is no fetch of which the redirect could take notice.
  "a proxy": () => body(request(URL_, { dispatcher: new ProxyAgent(NOWHERE) })),
  "plain http": () => body(request("http://twilio.com/x")),
  request: () => body(request(URL_)),
  fetch: () => text(npmFetch(URL_)),
  pool: () => body(new Pool("https://api.twilio.com").request({ method: "GET", path: "/x?y=1" })),
  client: () => body(new Client("https://api.twilio.com").request({ method: "GET", path: "/x?y=1" })),
  http2: () => body(request(URL_, { dispatcher: new Agent({ allowH2: true }) })),
  "proxies of the environment": () =>
    withGlobal(new EnvHttpProxyAgent({ httpProxy: NOWHERE, httpsProxy: NOWHERE }), () =>
      Promise.all([body(request(URL_)), text(fetch(URL_)), text(npmFetch(URL_))]),
    ),
  "a proxy for fetch": () => text(fetch(URL_, { dispatcher: new ProxyAgent(NOWHERE) })),
  mock: () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    mock.get("https://api.twilio.com").intercept({ path: "/x?y=1" }).reply(200, "of the program's own");
    return body(request(URL_, { dispatcher: mock }));
  },
});
