/** A page on the vendor's SDK in a room of a live host, to open in a browser: `npm run sdk -- USER NICK`. */

import { APP, signature, startApp, startSite } from "./support/sdk.mjs";

const [user = "eve", nick = "Eve"] = process.argv.slice(2);
const [site, host] = [await startSite(), await startApp()];
const who = new URLSearchParams({ app: String(APP), proxy: host.proxy, user, sig: signature(user), group: "live", nick });
console.log(`on the page:  ${host.url}`);
console.log(`on the SDK:   ${site.url}room#${who}`);
