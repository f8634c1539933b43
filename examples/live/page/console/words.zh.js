/** 控制台的全部文字；与 `words.en.js` 的导出相同。 */

/** @type {Record<string, string>} */
export const page = {
  title: "控制台",
  token: "令牌",
  open: "打开控制台",
  apps: "应用",
  addApp: "创建应用",
  appName: "应用名称",
  appDays: "有效天数",
  appDaysHelp: "留空则永不过期。",
  create: "创建",
  status: "状态",
  version: "版本",
  created: "创建时间",
  expires: "到期时间",
  key: "密钥",
  delete: "删除…",
  keep: "保留",
  deleteAll: "连同全部数据一起删除",
  deleteWarning: "它的所有群组、用户和消息都会立即被永久删除，无法恢复；使用其 SDKAppID 的客户端将停止工作。",
  groups: "群组",
  addGroup: "添加群组",
  groupName: "群名称",
  groupOwner: "群主 ID（选填）",
  groupType: "群类型",
  groupId: "群 ID",
  owner: "群主",
  members: "成员数",
};

/** @type {Record<"none"|"wrong"|"gone", {title: string, text: string}>} */
export const shut = {
  none: { title: "控制台需要令牌", text: "主机启动时会打印控制台的地址，令牌就在其中。" },
  wrong: { title: "这个令牌不属于本主机", text: "主机每次启动都会换一个令牌，请使用它最近打印的地址。" },
  gone: { title: "主机没有回应", text: "等它恢复后请重新加载页面。" },
};

/** @param {boolean} enabled @param {number|null} expires @param {number} now */
export const status = (enabled, expires, now) => (!enabled ? "已停用" : expires !== null && expires <= now ? "已过期" : "使用中");

export const never = "永不";
export const nobody = "无";
export const hidden = "••••••••";

/** @param {boolean} shown */
export const keyButton = (shown) => (shown ? "隐藏密钥" : "显示密钥");

/** @param {boolean} enabled */
export const switchButton = (enabled) => (enabled ? "停用" : "重新启用");

/** @param {{enabled: boolean, keeps: boolean}} app @returns {string} */
export const deleteHelp = ({ enabled, keeps }) =>
  keeps ? "页面的房间属于这个应用，因此不能删除。" : enabled ? "删除应用前请先停用它。" : "已停用：在重新启用或删除之前，它的群组不再接受任何操作。";

/** @param {string} name */
export const sure = (name) => `删除“${name}”？`;

/** @param {string} name */
export const madeApp = (name) => `“${name}”已创建。`;
/** @param {string} name */
export const deletedApp = (name) => `“${name}”已删除。`;
/** @param {string} id */
export const madeGroup = (id) => `群组已创建，请记下群 ID：${id}`;

/** @param {number} shown @param {number} all */
export const more = (shown, all) => (shown < all ? `共 ${all} 个，显示前 ${shown} 个。` : "");

/** @param {{code: number, info: string}} failure */
export const failed = ({ code, info }) => `${info}（${code}）`;

/** @param {number} seconds */
export const moment = (seconds) => new Date(seconds * 1_000).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short" });
