/** Every sentence of the console. Another language is another file with the same exports. Nothing here touches the page. */

/** @type {Record<string, string>} */
export const page = {
  title: "Console",
  token: "Token",
  open: "Open the console",
  apps: "Applications",
  addApp: "Add an application",
  appName: "Name of the application",
  appDays: "Days until it expires",
  appDaysHelp: "Leave it empty, and it does not expire.",
  create: "Create",
  status: "Status",
  version: "Version",
  created: "Created",
  expires: "Expires",
  key: "Key",
  delete: "Delete…",
  keep: "Keep it",
  deleteAll: "Delete with all its data",
  deleteWarning: "All its groups, users and messages go with it, at once and for good. Nothing can bring them back, and clients that use its SDKAppID stop working.",
  groups: "Groups",
  addGroup: "Add the group",
  groupName: "Group name",
  groupOwner: "Owner’s id (optional)",
  groupType: "Group type",
  groupId: "Group ID",
  owner: "Owner",
  members: "Members",
};

/** @type {Record<"none"|"wrong"|"gone", {title: string, text: string}>} */
export const shut = {
  none: { title: "The console needs its token", text: "The host prints the console’s address, with the token in it, when it begins." },
  wrong: { title: "That token is not this host’s", text: "It is another one after each start of the host. Take the address that it printed last." },
  gone: { title: "The host does not answer", text: "Load the page again when it is back." },
};

/** @param {boolean} enabled @param {number|null} expires @param {number} now in seconds */
export const status = (enabled, expires, now) => (!enabled ? "Disabled" : expires !== null && expires <= now ? "Expired" : "Enabled");

export const never = "Never";
export const nobody = "nobody";
export const hidden = "••••••••";

/** @param {boolean} shown */
export const keyButton = (shown) => (shown ? "Hide the key" : "Show the key");

/** @param {boolean} enabled */
export const switchButton = (enabled) => (enabled ? "Disable" : "Enable again");

/** Why an application cannot be deleted now. @param {{enabled: boolean, keeps: boolean}} app @returns {string} */
export const deleteHelp = ({ enabled, keeps }) =>
  keeps ? "The rooms of the page are this application’s, so it stays." : enabled ? "Disable an application before you delete it." : "It is disabled: its groups take nothing until it is enabled again, or deleted.";

/** @param {string} name */
export const sure = (name) => `Delete “${name}”?`;

/** @param {string} name */
export const madeApp = (name) => `“${name}” is there.`;
/** @param {string} name */
export const deletedApp = (name) => `“${name}” is deleted.`;
/** @param {string} id */
export const madeGroup = (id) => `The group is there. Take note of its ID: ${id}`;

/** @param {number} shown @param {number} all */
export const more = (shown, all) => (shown < all ? `The first ${shown} of ${all}.` : "");

/** @param {{code: number, info: string}} failure */
export const failed = ({ code, info }) => `${info} (${code})`;

/** @param {number} seconds */
export const moment = (seconds) => new Date(seconds * 1_000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
