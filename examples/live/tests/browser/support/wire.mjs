/** A wire between clients and a host that can be cut. */

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** @param {URL} to */
export async function startWire(to) {
  const ends = new Set();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(to.port), to.hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => {});
      end.on("close", () => (ends.delete(end), near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    proxy: `ws://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
      for (const end of ends) end.destroy();
    },
    mend: () => (isCut = false),
    async stop() {
      this.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
