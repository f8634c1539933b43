/** The app's own server: what the guide calls the business backend. It is called back, and decides. */

import { once } from "node:events";
import { createServer } from "node:http";

/** @typedef {{ command: string, platform: string|null, body: any }} Call */

export async function startAppServer() {
  /** @type {Call[]} */
  const calls = [];
  /** What it does when it is called back; what it gives back is its answer. @type {((call: Call) => unknown)[]} */
  const rules = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    const call = { command: query.get("CallbackCommand") ?? "", platform: query.get("OptPlatform"), body: JSON.parse(Buffer.concat(chunks).toString()) };
    calls.push(call);
    let answer;
    for (const rule of rules) answer ??= await rule(call);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? { ActionStatus: "OK", ErrorCode: 0, ErrorInfo: "" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    calls,
    rules,
    /** The calls of one command for one group. @param {string} command @param {string} group */
    of: (command, group) => calls.filter((call) => call.command === `Group.${command}` && call.body.GroupId === group),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** What a custom message says, if a message is one that says something of that type. @param {any} body @param {string} type */
export function order(body, type) {
  const [element] = body.MsgBody ?? [];
  if (element?.MsgType !== "TIMCustomElem") return null;
  try {
    const data = JSON.parse(element.MsgContent.Data);
    return data?.type === type ? data : null;
  } catch {
    return null;
  }
}
