/** 面板的数字、时间和各种结果的叫法；属于 `words.zh.js`。 */

const numbers = new Intl.NumberFormat("zh-CN");
const fine = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat("zh-CN", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} n */
export const number = (n) => numbers.format(n);
/** 每秒若干；十以上取整，免得闪动。 @param {number} n */
export const rate = (n) => (n < 9.95 ? fine.format(n) : number(Math.round(n)));
/** @param {number} permille */
export const percent = (permille) => percents.format(permille / 1_000);

/** @param {number} ms */
export function wait(ms) {
  if (ms < 1_000) return `${number(Math.round(ms))} 毫秒`;
  return ms < 60_000 ? `${fine.format(ms / 1_000)} 秒` : `${fine.format(ms / 60_000)} 分钟`;
}

/** @param {number} kib */
export const memory = (kib) => `${fine.format(kib / 1_024)} MiB`;

/** @param {number} at */
export const clock = (at) =>
  new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** @type {Record<string, string>} */
export const outcomes = {
  offered: "提交",
  refused: "拒收",
  accepted: "受理",
  delivered: "送达",
  rejected: "驳回",
  discarded: "丢弃",
  waiting: "排队",
  held: "待审",
};

/** @type {Record<string, string>} */
export const priorities = { high: "高", normal: "普通", low: "低", lowest: "最低" };

/** @type {Record<string, string>} */
export const reasons = {
  filter: "敏感词",
  decision: "人工决定",
  silence: "无人审核",
  rate: "限流",
  expired: "等待超时",
  shed: "队列已满",
  muted: "禁言",
  shadowed: "隐形禁言",
  withdrawn: "已收回",
  rule: "房间规则",
  banned: "封禁",
  removed: "移出",
  purged: "清除",
  disbanded: "房间解散",
  refused: "拒收",
};
