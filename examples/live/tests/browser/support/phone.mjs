/** Somebody on a phone: a client of the same WebSocket that says so, by hand. */

import { APP, place, signature } from "./sdk.mjs";

/** The platform's number in the address that a client connects to. */
const ANDROID = 2;

/**
 * @param {Awaited<ReturnType<import("./sdk.mjs").startStage>>} stage
 * @param {string} proxy
 * @param {string} user
 */
export async function phone(stage, proxy, user) {
  const { frame, leave } = await place(stage);
  await frame.evaluate(
    async ([url]) => {
      const socket = new WebSocket(url);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
      const waiting = new Map();
      globalThis.pushed = [];
      socket.onmessage = ({ data }) => {
        const { head, body } = JSON.parse(new TextDecoder().decode(data));
        if (head.servcmd === "im_open_push.msg_push") globalThis.pushed.push(...body.EventArray);
        else waiting.get(head.seq)?.(body);
      };
      let seq = 0;
      globalThis.ask = (servcmd, body, more = {}) =>
        new Promise((resolve) => {
          waiting.set(++seq, resolve);
          socket.send(new TextEncoder().encode(JSON.stringify({ head: { ver: "v4", servcmd, seq, ...more }, body })));
        });
    },
    [`${proxy}/binfo?sdkappid=${APP}&instanceid=1&random=1&platform=${ANDROID}&host=unknown&version=-1`],
  );
  /** The body of the answer. @param {string} servcmd @param {object} body @param {object} [more] */
  const ask = (servcmd, body, more) => frame.evaluate(([servcmd, body, more]) => globalThis.ask(servcmd, body, more), [servcmd, body, more]);
  const told = await ask("im_open_status.wslogin", {}, { identifier: user, usersig: signature(user) });
  if (told.ErrorCode !== 0) throw new Error(JSON.stringify(told));
  return {
    leave,
    ask: (/** @type {string} */ command, /** @type {object} */ body) => ask(`group_open_http_svc.${command}`, body),
    /** Messages to this user alone. */
    letters: () => frame.evaluate(() => globalThis.pushed.flatMap(({ C2cMsgArray }) => C2cMsgArray ?? [])),
  };
}
