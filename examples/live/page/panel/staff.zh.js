/**
 * 面板中关于管理的文字；`words.zh.js` 的一部分，与 `staff.en.js` 的导出完全相同。
 *
 * @typedef {import("./records.js").AuditRecord} AuditRecord
 */

const numbers = new Intl.NumberFormat("zh-CN");

/** @type {Record<string, string>} */
export const page = {
  raid: "防冲场模式",
  raidFor: "开启",
  raidEnd: "立即结束",
  shadow: "隐形禁言",
  unshadow: "让大家看见",
  why: "原因（会告诉对方）",
  whyHint: "请勿发广告。",
  warn: "警告",
  forgive: "撤回警告",
  looks: "列出什么",
  lookLives: "消息",
  lookTrail: "管理记录",
  trail: "审计记录",
  trailNone: "还没有人操作过。",
  trailBy: "谁的操作",
  trailPeople: "人工",
  trailAll: "全部",
  trailSave: "下载",
  soon: "观众看到之前",
  soonNone: "没有即将发出的消息。",
  whatIfWords: "并采用下面编辑框中的词表",
};

export const raid = {
  help: "成员两条消息之间要停 10 秒，不能发链接，也不能重复。所有人都会收到通知。",
  helpClass: "成员不能发链接。所有人都会收到通知。",
  /** @param {number} n */
  minutes: (n) => `${n} 分钟`,
  /** @param {number} n */
  begin: (n) => `${n} 分钟防冲场模式`,
  /** @param {number} n */
  begun: (n) => `防冲场模式已开启 ${numbers.format(n)} 分钟。`,
  ended: "防冲场模式已结束。",
  on: "防冲场模式已开启",
  /** @param {number} seconds */
  left: (seconds) => `还剩 ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`,
};

export const people = {
  shadowed: "只有自己看得见",
  shadowedTitle: (/** @type {number} */ n) => `只有自己看得见：${numbers.format(n)} 人`,
  strikes: (/** @type {number} */ n) => `${numbers.format(n)} 次警告`,
  /** @param {boolean} clears */
  step: (clears) => (clears ? "禁言、清除并告知…" : "禁言并告知…"),
  /** @param {string} nick @param {boolean} clears */
  stepSure: (nick, clears) => (clears ? `确认清除 ${nick} 写的全部消息` : `确认禁言 ${nick} 并告知`),
  /** @param {boolean} clears */
  notice: (clears) => (clears ? "工作人员禁言了你，并清除了你的消息。" : "工作人员禁言了你。"),
  /** @param {string} nick @param {string} span */
  didShadow: (nick, span) => `${nick} 写的只有自己看得见：${span}。`,
  didUnshadow: (/** @type {string} */ nick) => `大家又能看见 ${nick} 写的了。`,
  /** @param {string} nick @param {number} strikes */
  didWarn: (nick, strikes) => `已警告 ${nick}，至今 ${numbers.format(strikes)} 次。`,
  didForgive: (/** @type {string} */ nick) => `${nick} 已没有警告。`,
  didStep: (/** @type {string} */ nick) => `已一步完成：${nick}。`,
};

/** @type {Record<string, string>} */
const ACTS = {
  mute: "禁言", unmute: "解除禁言", shadow: "隐形禁言", unshadow: "解除隐形禁言", mute_all: "全员禁言", unmute_all: "解除全员禁言",
  kick: "移出", ban: "封禁", unban: "解除封禁", ban_prints: "封禁设备", unban_prints: "解除设备封禁", purge: "清除消息", recall: "撤回消息",
  set_admin: "设为工作人员", cancel_admin: "取消工作人员", transfer: "转让房间", slow_mode: "更改慢速模式", raid: "开启防冲场模式", end_raid: "结束防冲场模式",
  words: "更改词表", settings: "更改设置", allow: "放行", replace: "改写后放行", reject: "退回", discard: "丢弃", escalate: "移交", withdraw: "收回", evict: "因设备被移出", admit: "准许加入", decline: "拒绝加入",
  mark: "点名发言", unmark: "取消点名", name_card: "更改名片", disband: "解散房间",
};
/** @type {Record<string, string>} */
const RULES = { strikes: "依警告次数", elapsed: "到期" };
/** What is done to a message of somebody’s. */
const OF_MESSAGES = ["allow", "replace", "reject", "discard", "escalate", "withdraw"];
/** @type {Record<string, string>} */
const ROLES = { owner: "房主", admin: "工作人员", member: "成员" };

/** @param {number|"forever"} until @param {number} at */
function span(until, at) {
  if (typeof until !== "number") return "永久";
  const minutes = Math.round((until - at) / 60_000);
  if (minutes < 1) return `${numbers.format(Math.round((until - at) / 1_000))} 秒`;
  return minutes < 90 ? `${numbers.format(minutes)} 分钟` : minutes < 2_880 ? `${numbers.format(Math.round(minutes / 60))} 小时` : `${numbers.format(Math.round(minutes / 1_440))} 天`;
}

export const trail = {
  /** @param {AuditRecord} record */
  act({ act, n }) {
    if (act === "warn") return `第 ${numbers.format(n ?? 1)} 次警告`;
    if (act === "forgive") return `撤回 ${numbers.format(n ?? 0)} 次警告`;
    return ACTS[act] ?? act;
  },
  none: "还没有任何操作。",
  /** @param {AuditRecord} record */
  tail: ({ act, rule }) => `${OF_MESSAGES.includes(act) ? "的消息" : ""}${rule === "silence" ? "：没有人及时处理" : ""}`,
  /** @param {number} n */
  silences: (n) => `没有人及时处理，退回 ${numbers.format(n)} 条消息：`,
  /** @param {string} role @param {string} nick */
  by(role, nick) {
    if (role === "time") return "自动";
    if (nick === "") return "由应用";
    return ROLES[role] ? `由${ROLES[role]} ${nick}` : `由 ${nick}`;
  },
  /** @param {AuditRecord} record @param {number} at */
  facts: ({ act, until, rule, word, why }, at) => [until !== undefined && (act === "warn" ? `保留 ${span(until, at)}` : span(until, at)), RULES[rule], word && `因为“${word}”`, why && `“${why}”`].filter((fact) => typeof fact === "string" && fact !== ""),
  message: (/** @type {number} */ n) => `消息 ${numbers.format(n)}`,
  /** @param {import("./records.js").Chain} chain */
  chain({ records, from, broken }) {
    if (broken !== undefined) return `链条断裂：${broken}。`;
    return `链条已验证：${numbers.format(records)} 条记录${from > 1 ? `，自第 ${numbers.format(from)} 条起` : ""}。`;
  },
  saved: (/** @type {number} */ n) => `已保存 ${numbers.format(n)} 条记录。`,
};

export const soon = {
  /** @param {string} span */
  help: (span) => `每条消息你比大家早 ${span}看到。`,
  withdraw: "收回",
  /** @param {string} nick @param {string} text */
  withdrawWhose: (nick, text) => `收回 ${nick}：${text}`,
  withdrawn: "别人不会看到它。",
  /** @param {number} ms */
  left: (ms) => `${(ms / 1_000).toFixed(1)} 秒`,
};

export const whatIf = {
  was: "实际",
  /** @param {any} would @param {any} was */
  lists: (would, was) => `采用该词表，每秒 ${numbers.format(would.rate)} 条时送达 ${numbers.format(would.delivered)} 条，实际为 ${numbers.format(was.delivered)} 条：多 ${numbers.format(would.gained)} 条，少 ${numbers.format(would.lost)} 条，另有 ${numbers.format(Math.max(0, would.altered - was.altered))} 条的词被遮盖。`,
};
