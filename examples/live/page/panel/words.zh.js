/**
 * 房主面板的全部文字；与 `words.en.js` 的导出完全相同。这里不碰页面。
 *
 * @typedef {import("../liveroom.js").Until} Until
 */

import { refusal } from "../common/words.zh.js";
import * as staff from "./staff.zh.js";
import { number, outcomes, reasons, wait } from "./terms.zh.js";

export { kind, life } from "./life.zh.js";
export { clock, memory, number, outcomes, percent, priorities, rate, reasons, wait } from "./terms.zh.js";
export { staff };

/** @type {Record<string, string>} */
export const page = {
  ...staff.page,
  rooms: "各房间的面板",
  toBoard: "✎ 前往白板",
  figures: "房间现状",
  key: "密钥",
  open: "打开面板",
  views: "面板的各部分",
  viewWatch: "图表",
  viewStream: "消息",
  viewAct: "管理",

  people: "观众",
  find: "查找",
  findHint: "昵称或编号",
  howLong: "时长",
  mute: "禁言",
  unmute: "解除禁言",
  remove: "请其离开…",
  onlyTheirs: "只看其消息",

  everybody: "全体",
  muteAll: "全员禁言（管理员除外）",
  muteAllHelp: "排队中的消息会被丢弃，并告知所有人；仍可观看。",
  notice: "公告",
  noticeHint: "五分钟后继续直播。",
  sendNotice: "发送公告",

  traffic: "流量",
  rate: "速率",
  rateHelp: "每位观众每秒收到多少条消息。多到看不过来，对谁都没有好处。",
  burst: "突发",
  burstHelp: "安静之后，一次最多可连续放行多少条，然后才受速率限制。",
  reserve: "预留",
  reserveHelp: "突发额度中只留给最紧急消息（礼物、管理员、指令）的部分，必须小于突发额度。",
  apply: "应用",
  asItIs: "恢复为当前值",
  whatIfAsk: "假如最近 5 分钟按此设置？",
  whatIfMore: "结果会不同的消息",
  whatIfUnknown: "当时被拒绝的消息不在日志里，结果会怎样无从得知。",
  preview: "它会拦下什么？",

  words: "敏感词",
  wordsLabel: "完整词表，每行一词；将替换当前词表",
  syntax: "词表的写法",
  putInForce: "启用",
  sample: "插入示例",

  offer: "优惠券",
  offerTitle: "活动名称",
  offerText: "说明",
  stock: "优惠券数量",
  offerOpen: "开始活动",
  offerEnd: "结束活动",
  offerHelp: "每位询问者得到一个券码，即使其消息因限流未能显示。新活动会结束前一个活动。",

  profile: "资料",
  name: "名称",
  introduction: "简介",
  notification: "群公告",
  save: "保存",

  end: "解散房间",
  endHelp: "所有人都会离开，排队的消息会被丢弃，谁也无法再回来。此操作不可撤销。",
  endSure: "确认解散",

  flow: "每秒消息数",
  flowChart: "最近 120 秒内每秒的消息数；用方向键逐秒查看",
  stackedBy: "分层依据",
  measured: "统计对象",
  books: "账目",
  offeredIs: "“提交”就是这两项之和。",
  waits: "等待时间",
  waitsAside: "中位数 · 第 99 百分位",
  authors: "谁占用了房间",
  authorsAside: "最近 30 秒",
  held: "待您审核",
  heldNone: "没有待审核的消息。",
  lives: "消息的去向",
  pause: "暂停",
  byOutcome: "结果",
  byPriority: "优先级",
  byAuthor: "作者",
  more: "显示更早的",
  life: "一条消息的经历",
  close: "关闭",
};

export const title = (/** @type {string} */ room) => `${room} · 房主面板`;
/** @type {Record<string, string>} */
export const rooms = { live: "直播", class: "大班课", seminar: "小班课" };

export const shut = {
  none: { title: "此页仅供房主使用", text: "请用服务器启动时打印的密钥打开：打开它输出的地址，或在此输入密钥。" },
  wrong: { title: "密钥不正确", text: "服务器每次启动都会生成新的密钥。请打开最新输出的地址，或在此输入密钥。" },
  over: { title: "面板已关闭", text: "" },
};

/** @param {string} state */
export function standing(state) {
  if (state === "live") return "已连接";
  if (state === "offline") return "连接中断，自动重试：";
  return state === "over" || state === "refused" ? "未连接" : "正在连接…";
}

export const figures = {
  online: "在线",
  offered: "提交",
  delivered: "送达",
  lost: "丢弃",
  cpu: "CPU",
  memory: "内存",
  perSecond: "/秒",
};

export const flow = {
  /** @type {Record<string, string>} */
  by: { outcome: "结果", priority: "优先级", reason: "原因" },
  limit: (/** @type {number} */ n) => `速率 ${number(n)}/秒`,
  ago: (/** @type {number} */ seconds) => (seconds === 0 ? "现在" : `−${seconds} 秒`),
  quiet: "暂无数据。",
  /** @param {string} time @param {string[]} parts */
  readout: (time, parts) => `${time} · ${parts.join(" · ")}`,
};

export const books = {
  good: "✓ 收支平衡",
  /** @param {number} n */
  turnedAway: (n) => `另有 ${number(n)} 条被服务器直接退回`,
  /** @param {number} missing */
  bad: (missing) => (missing > 0 ? `✕ 有 ${number(missing)} 条消息下落不明` : `✕ 有 ${number(-missing)} 条消息重复计数`),
};

export const waits = {
  none: "–",
  /** @param {string} priority @param {string} p50 @param {string} p99 */
  said: (priority, p50, p99) => `${priority}：一半在 ${p50} 内，百分之九十九在 ${p99} 内`,
};

export const authors = {
  others: "其他所有人",
  none: "最近 30 秒没有人发消息。",
  /** @param {number} delivered @param {number} accepted */
  part: (delivered, accepted) => `${number(delivered)}/${number(accepted)}`,
  /** @param {string} share @param {number} delivered @param {number} accepted */
  said: (share, delivered, accepted) => `占受理消息的 ${share}；受理 ${number(accepted)} 条，送达 ${number(delivered)} 条`,
  /** @param {number} n @param {string} asked @param {string} got */
  sum: (n, asked, got) => `前 ${number(n)} 位发出了受理消息的 ${asked}，得到了送达消息的 ${got}。`,
};

export const people = {
  nobody: "在场和最近发言的人里没有这个名字。",
  nobodyYet: "还没有人发过言。",
  looking: "查找中…",
  gone: "已离开",
  byId: "按编号处理：",
  foundMore: (/** @type {number} */ n) => `还有 ${number(n)} 人，请多输入几个字`,
  mutedTitle: (/** @type {number} */ n) => (n === 0 ? "没有人被禁言" : `当前禁言：${number(n)} 人`),
  mutedMore: (/** @type {number} */ n) => `还有 ${number(n)} 人`,
  muted: "禁言中",
  calledTitle: (/** @type {number} */ n) => (n === 0 ? "没有人被点名" : `已点名：${number(n)} 人`),
  /** @type {[number|null, string][]} */
  spans: [[60, "1 分钟"], [600, "10 分钟"], [3_600, "1 小时"], [86_400, "1 天"], [null, "永久"]],
  /** @param {string} nick @param {string} span */
  didMute: (nick, span) => `${nick} 已被禁言：${span}。`,
  didUnmute: (/** @type {string} */ nick) => `${nick} 可以发言了。`,
  didRemove: (/** @type {string} */ nick) => `已请 ${nick} 离开；其页面会自行退出。`,
  removeSure: (/** @type {string} */ nick) => `确认请 ${nick} 离开`,
  callOn: "点名",
  callOff: "请坐下",
  didCallOn: (/** @type {string} */ nick) => `${nick} 可以发言和书写了。`,
  didCallOff: (/** @type {string} */ nick) => `${nick} 回到听讲。`,
};

/** @param {Until} until @param {number} now */
export function until(until, now) {
  if (typeof until !== "number") return "永久";
  const seconds = Math.max(0, Math.ceil((until - now) / 1_000));
  if (seconds < 90) return `${seconds} 秒`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} 分钟` : `${Math.round(seconds / 3_600)} 小时`;
}

export const acts = {
  working: "…",
  muteAllOn: "现在只有管理员可以发言。",
  muteAllOff: "所有人又可以发言了。",
  on: "已开",
  noticeSent: "已告知所有人。",
  saved: "已保存，所有人都能看到。",
  nothingNew: "没有改动。",
  ended: "房间已解散。",
  endLabel: (/** @type {string} */ name) => `请输入“${name}”以确认`,
};

/** @param {number} left */
export const bytesLeft = (left) => (left < 0 ? `超出 ${number(-left)} 字节` : `还剩 ${number(left)} 字节`);

export const traffic = {
  now: (/** @type {number} */ rate) => `${number(rate)}/秒`,
  /** @param {number} rate @param {number} burst @param {number} reserve */
  means: (rate, burst, reserve) =>
    `安静之后可连续放行 ${number(burst)} 条，其中普通消息 ${number(Math.max(0, burst - reserve))} 条；此后每 ${wait(1_000 / rate)}一条。`,
  tooMuch: "预留必须小于突发额度，否则普通消息永远无法通过。",
  applied: "已生效。",
};

export const whatIf = {
  /** @param {string} clock */
  since: (clock) => `自 ${clock} 起，按各速率本会如何：`,
  /** @param {any} would @param {any} was */
  says(would, was) {
    const times = was.mean_ms === would.mean_ms ? "" : `平均等待 ${wait(would.mean_ms)}，原为 ${wait(was.mean_ms)}。`;
    return `每秒 ${number(would.rate)} 条时送达 ${number(would.delivered)} 条，原为 ${number(was.delivered)} 条：多 ${number(would.gained)} 条，少 ${number(would.lost)} 条。${times}`;
  },
  /** @param {any[]} points */
  chart: (points) => points.map((point) => `${point.rate === 0 ? staff.whatIf.was : `每秒 ${number(point.rate)} 条`}：送达 ${number(point.delivered)}，丢弃 ${number(point.discarded)}`).join("；"),
  /** @param {string} was @param {string} would */
  differs: (was, would) => `${fate(was)} → ${fate(would)}`,
};

/** @param {string} one */
const fate = (one) => (one === "open" ? "尚未结束" : outcomes[one] ?? reasons[one] ?? one);

export const preview = {
  /** @param {any} told @param {string} clock @param {string|null} span @returns {string} */
  says(told, clock, span) {
    const looked = `自 ${clock} 起 ${number(told.judged)} 条消息${span === null ? "" : `（${span}，更早的已不记得）`}。`;
    const all = counts(told);
    const others = [told.changed > 0 && `处理不同：${number(told.changed)} 条。`, told.gone > 0 && `不再命中：${number(told.gone)} 条。`];
    return [looked, `与现用词表相比新增：${counts(told.new) || "无"}。`, ...others, all && `合计：${all}。`].filter(Boolean).join("");
  },
  /** @param {string} how @param {string} treatment @param {string} term */
  met(how, treatment, term) {
    const done = `${TREATMENTS[treatment] ?? treatment}：“${term}”`;
    if (how === "gone") return `不再${done}`;
    return how === "changed" ? `与现在不同，${done}` : `新增，${done}`;
  },
};

/** @param {import("./preview.js").Counts} counts */
const counts = ({ tag, mask, hold, block }) =>
  [block > 0 && `驳回 ${number(block)} 条`, hold > 0 && `待审 ${number(hold)} 条`, mask > 0 && `遮盖 ${number(mask)} 条`, tag > 0 && `标记 ${number(tag)} 条`].filter(Boolean).join("，");

/** @type {Record<string, string>} */
const TREATMENTS = { tag: "标记", mask: "遮盖", hold: "待审", block: "驳回" };

export const list = {
  now: (/** @type {number} */ n) => `${number(n)} 个词`,
  /** @param {{terms: number, innocent: number, bytes: number}} count @param {number} most */
  count: ({ terms, innocent, bytes }, most) =>
    `${number(terms)} 个词${innocent > 0 ? `，${number(innocent)} 个无害词` : ""} · ${number(bytes)} / ${number(most)} 字节`,
  inForce: (/** @type {number} */ n) => `已启用：${number(n)} 个词。`,
  tooLong: "词表太长，一帧放不下。",
  /** @param {string} why @param {number|null} line */
  wrong: (why, line) => (line === null ? `未启用：${why}` : `未启用，第 ${line} 行有误（${why}）`),
  /** @type {[string, string][]} */
  syntax: [
    ["词或短语", "在词中也会匹配，不论大小写和变形"],
    ["!词", "仅匹配完整的词"],
    ["+词", "无害词，其中含有敏感词也不算"],
    ["词 *3", "权重为 3 而不是 1，供累计用"],
    ["~leet off", "不识别这种变形（on、words 或最少字数：识别）；其他变形：chinese、floods、separators、repeats、look-alikes、turned"],
    ["\\…", "其后是词，不论以什么符号开头"],
    ["[abuse mask]", "以下的词用星号遮盖"],
    ["[advertising hold]", "以下的词交给您审核"],
    ["[custom:1 block]", "含以下词的消息被驳回"],
    ["# …", "注释"],
  ],
  sample: "# 用星号遮盖\n[abuse mask]\n笨蛋\n白痴\n\n# 交给您审核\n[advertising hold]\n加微信\nfree coins\n\n# 驳回\n[custom:1 block]\nzorgblatt\n",
};

export const offer = {
  on: "进行中",
  /** @param {number} given @param {number} left */
  left: (given, left) => `已发 ${number(given)} · 剩余 ${number(left)}`,
  opened: "活动已开始。",
  ended: "活动已结束。",
};

export const held = {
  over: "已结束",
  allow: "通过",
  allowAll: (/** @type {number} */ n) => `通过 ${number(n)} 条`,
  rejectAll: (/** @type {number} */ n) => `驳回 ${number(n)} 条`,
  reject: "驳回",
  discard: "丢弃",
  why: "给作者的话",
  whyHint: "理由",
  /** @param {string} word */
  cause: (word) => (word ? `因“${word}”` : "待决定"),
  left: (/** @type {number} */ seconds) => `剩 ${seconds} 秒`,
  more: (/** @type {number} */ n) => `后面还有 ${number(n)} 条`,
  told: (/** @type {number} */ n) => `${number(n)} 条消息待审核`,
};

export const lives = {
  /** @type {[string, string][]} */
  outcomes: [
    ["", "全部结果"], ["delivered", "送达"], ["rejected", "驳回"], ["discarded", "丢弃"],
    ["filter", "– 敏感词"], ["silence", "– 无人审核"], ["rate", "– 限流"],
    ["expired", "– 等待超时"], ["shed", "– 队列已满"], ["muted", "– 禁言"], ["shadowed", "– 隐形禁言"], ["withdrawn", "– 已收回"],
  ],
  /** @type {[string, string][]} */
  priorities: [["", "全部优先级"], ["high", "高"], ["normal", "普通"], ["low", "低"], ["lowest", "最低"]],
  newer: (/** @type {number} */ n) => (n === 0 ? "继续" : `${number(n)} 条新消息 · 继续`),
  /** @param {number} n @param {number} untold */
  note: (n, untold) => `${number(n)} 条${untold > 0 ? ` · 另有 ${number(untold)} 条未列出` : ""}`,
  still: "查看时保持不动",
  none: "还没有消息结束。",
  noText: "无文字",
};

/** @param {{code: number|string, why?: string, detail?: any}} problem @param {number} [now] */
export function problem(problem, now = Date.now()) {
  switch (problem.code) {
    case "key": return "需要房主的密钥。";
    case "not_connected": return "现在没有连接。";
    case "lost": return "房间答复之前连接中断了。";
    case "too_many_open": return "还有太多指令没有答复。";
    case "busy": return "服务器正在处理同类请求，请几秒后再试。";
    case "unknown": return "房间已不记得它。";
    case "traffic": return "这些数值不可行：每项都有下限，且预留必须小于突发额度。";
    case "offer": return "活动名称最多 60 字节，说明最多 200 字节，优惠券 1 至 100,000 张。";
    default: {
      const { text, help } = refusal(problem, now);
      return `${text}${help ?? ""}`;
    }
  }
}
