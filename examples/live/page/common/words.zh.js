/**
 * 页面上的所有中文文字；与 `words.en.js` 的导出完全相同。这里不碰页面。
 *
 * 告诉作者的话分三部分：发生了什么、为什么、怎样做会有帮助。
 *
 * @typedef {import("./words.en.js").Word} Word
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("../liveroom.js").Until} Until
 */

const numbers = new Intl.NumberFormat("zh-CN");

/** @param {number} n */
export const number = (n) => numbers.format(n);

const short = new Intl.NumberFormat("zh-CN", { notation: "compact", maximumFractionDigits: 1 });

/** @param {number} n */
export const total = (n) => (n < 10_000 ? number(n) : short.format(n));

/** @param {number} bytes */
const size = (bytes) => `${number(bytes)} 字节`;

/** @param {number} ms */
function span(ms) {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds < 90 ? `${number(seconds)} 秒` : `${number(Math.round(seconds / 60))} 分钟`;
}

/** @param {Until|undefined} until @param {number} now */
export function until(until, now) {
  if (until === "forever") return "永久";
  if (typeof until !== "number") return "暂时";
  if (until - now < 90_000) return `${span(until - now)}内`;
  return isSameDay(until, now) ? `至 ${moment(until, now)}（${span(until - now)}）` : `至 ${moment(until, now)}`;
}

/** @param {number} one @param {number} other */
const isSameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

/** @param {number} at @param {number} now */
function moment(at, now) {
  const clock = new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  const day = new Date(at).toLocaleDateString("zh-CN", { day: "numeric", month: "long" });
  return isSameDay(at, now) ? clock : `${day} ${clock}`;
}

/** @type {Record<string, string>} */
const FIELDS = {
  Message: "消息", Nick: "昵称", Avatar: "头像地址", Note: "备注", Elements: "段数", Users: "名单", Span: "时长",
};

/** @param {string|undefined} field */
const fieldName = (field) => FIELDS[field ?? ""] ?? field ?? "内容";

/** @param {any} detail */
function tooLong(detail) {
  const over = (detail.length ?? 0) - (detail.limit ?? 0);
  return {
    text: `${fieldName(detail.field)}太长：${size(detail.length ?? 0)}，最多 ${size(detail.limit ?? 0)}。`,
    help: `请缩短 ${size(over)}${detail.field === "Message" ? "，或分两条发送" : ""}。`,
  };
}

/** @param {any} detail */
function tooMany(detail) {
  switch (detail.field) {
    case "Sessions":
      return { text: `你已经在 ${number(detail.limit ?? 0)} 台设备上进入了这个房间。`, help: "请先关掉其中一个。" };
    case "Elements":
    case "CustomElements":
      return { text: "消息的段数太多。", help: "请分成几条发送。" };
    default:
      return { text: `${fieldName(detail.field)}太多：${number(detail.count ?? 0)}，最多 ${number(detail.limit ?? 0)}。`, help: "请减少后再试。" };
  }
}

/** @param {any} detail @param {number} now */
function heldFull(detail, now) {
  const own = detail.field === "AuthorQuestions";
  const text = own ? `你还有 ${number(detail.limit ?? 0)} 条消息在等管理员审核。` : "正在等管理员审核的消息太多，放不下了。";
  if (detail.until == null) return { text, help: "请晚些再试。" };
  return { text, help: `请在${span(detail.until - now)}后再试，或等其中一条有了结果。` };
}

/** @type {Record<string, (detail: any, now: number) => {text: string, help?: string, offer?: "again"|"edit"}>} */
const REFUSALS = {
  1001: () => ({ text: "消息是空的。", help: "请先写点什么。" }),
  1002: (detail) => ({ ...tooLong(detail), offer: "edit" }),
  1003: (detail) => ({ ...tooMany(detail), offer: "again" }),
  1004: (detail) => ({ text: `房间读不懂你的${fieldName(detail.field)}。`, help: "请去掉特殊字符再试。", offer: "edit" }),
  1005: () => ({ text: "房间没有看懂这个指令。" }),
  2001: () => ({ text: "房间找不到你的连接了。", help: "请刷新页面重新进入。" }),
  2002: () => ({ text: "这个连接是以另一个人的身份进入的。", help: "请先离开，再重新进入。" }),
  2003: (detail, now) => ({
    text: `你被禁止进入这个房间（${until(detail.until, now)}）。`,
    help: detail.until === "forever" ? undefined : "到时可以再来。",
  }),
  2004: (detail, now) => ({
    text: `你被禁言（${until(detail.until, now)}）。`,
    help: detail.until === "forever" ? "你可以继续看。" : "之后就可以发言。",
    offer: "edit",
  }),
  2005: () => ({ text: "现在只有工作人员可以发言。", help: "话先留着：可以发言时上面的提示会消失。", offer: "edit" }),
  2006: () => ({ text: "现在只有被点名的人可以发言。", help: "话先留着，等工作人员点到你。", offer: "edit" }),
  2101: () => ({ text: "这个房间不能撤回消息。", help: "可以另发一条更正。" }),
  2102: () => ({ text: "这个房间不能移出任何人。" }),
  2103: () => ({ text: "房间是你的，不能离开。", help: "你可以结束它，或直接关闭页面。" }),
  2104: () => ({ text: "房间是你的，不能离开。", help: "请先转让给别人，或结束它。" }),
  2105: () => ({ text: "这个房间没有这个功能。" }),
  2106: () => ({ text: "游客只能观看。", help: "取个昵称就能参与。", offer: "edit" }),
  2107: () => ({ text: "只有已加入的人才能这样做。", help: "请先加入。", offer: "edit" }),
  2108: (detail) => ({ text: `只有${detail.needs === "Owner" ? "主播" : "工作人员"}可以这样做。` }),
  2109: () => ({ text: "只有运行这个房间的程序可以这样做。" }),
  2110: () => ({ text: "这件事只能每个人自己做。" }),
  2111: () => ({ text: "对方的级别和你一样或更高。", help: "请找更高级别的人。" }),
  2112: () => ({ text: "不能对自己这样做。" }),
  3001: (detail, now) => ({
    text: "慢速模式：两条消息之间要停一停。",
    help: `${span((detail.until ?? now) - now)}后可以再发。`,
    offer: "again",
  }),
  3002: (detail) => ({ text: `房间满了：已有 ${number(detail.limit ?? 0)} 人。`, help: "有人离开后再试。" }),
  3003: () => ({ text: "操作太频繁。", help: "请一秒后再试。", offer: "again" }),
  3004: () => ({ text: "现在是安静时段，不能发言。", help: "话先留着，晚些再发。", offer: "edit" }),
  3005: (detail, now) => ({ text: "你发得比房间允许的快。", help: `${span((detail.until ?? now) - now)}后可以再发。`, offer: "again" }),
  3006: () => ({ text: "这句话刚才已经说过了。", help: "请换个说法，或晚些再发。", offer: "edit" }),
  3007: (detail, now) => ({ text: "你进入得太频繁。", help: `${span((detail.until ?? now) - now)}后可以再进入。` }),
  3008: (detail) => ({ text: TEXT_RULES[detail.signal] ?? "房间不接受这样的文字。", help: "请修改后再发。", offer: "edit" }),
  3009: (detail, now) => ({ ...heldFull(detail, now), offer: "again" }),
  4001: () => ({ text: "房间现在不让任何人进入。" }),
  4002: () => ({ text: "对方已经不在房间里。" }),
  4003: () => ({ text: "对方已经不再申请加入。" }),
  4004: () => ({ text: "这已经有了决定。" }),
  4005: () => ({ text: "这条消息已经不再保留。" }),
  4006: () => ({ text: "房间没有这个词库。" }),
  4007: () => ({ text: "那个已经不在了。" }),
  4008: () => ({ text: "别人同时改动了它。", help: "请再看一眼，然后重试。" }),
  4009: () => ({ text: "直播已结束。" }),
  4010: () => ({ text: "你之后没有人可以决定：请直接决定。" }),
  4011: () => ({ text: "太晚了：这条消息已经发给大家，或已结束。" }),
  4012: () => ({ text: "防冲场模式期间不让任何人进入。", help: "请稍后再试。" }),
  5001: () => ({ text: "房间此刻负荷过重。", help: "请几秒后再试。", offer: "again" }),
  key: () => ({ text: "这需要主人的密钥，而这个不对。", help: "请打开主机启动时打印的地址。" }),
  no_group: () => ({ text: "没有这个房间。", help: "请从上面的房间中选一个。" }),
  no_offer: () => ({ text: "这个优惠活动已经不在进行。" }),
  wrong_room: () => ({ text: "这类房间没有这个功能。" }),
  unknown_do: () => ({ text: "房间的服务器不认识这个指令。", help: "请刷新页面：页面和服务器的版本不一致。" }),
  busy: () => ({ text: "房间的服务器此刻内存不足。", help: "请几秒后再试。", offer: "again" }),
  unavailable: () => ({ text: "房间的服务器现在无法处理。", help: "请稍后再试。", offer: "again" }),
  not_kept: () => ({ text: "房间的服务器暂时无法存储，因此不接收任何内容。", help: "请几秒后再试。", offer: "again" }),
  restart: () => ({ text: "房间的服务器正在重启。", help: "请稍后再发一次。", offer: "again" }),
  not_connected: () => ({ text: "当时没有连接，什么也没有发出。", help: "连上之后再试。", offer: "again" }),
  lost: () => ({ text: "房间还没回答，连接就断了。", help: "请先看看是否已经完成，再重试。" }),
  too_many_open: () => ({ text: "你还有太多消息在路上。", help: "请稍等再试。", offer: "again" }),
};

/** @param {{code?: number|string, why?: string, detail?: any}} frame @param {number} now */
export function refusal(frame, now) {
  const known = REFUSALS[String(frame.code)];
  if (known) return known(frame.detail ?? {}, now);
  return { text: `房间拒绝了：${frame.why || `代码 ${frame.code}`}。` };
}

/** @type {Record<string, string>} */
const TEXT_RULES = {
  Length: "房间只接受更短的文字。",
  Capitals: "大写字母太多了。",
  CapitalShare: "大写字母太多了。",
  Emoji: "表情太多了。",
  Links: "现在不能发链接。",
  Run: "同一个字符连着太多次。",
  Repeats: "同样的词重复得太多。",
  Plain: "现在只能发表情。",
  Stacked: "一个字上的附加符号太多了。",
  Turned: "这段文字会让后面的内容反向显示。",
};

/** @type {Record<string, {text: string, help?: string, offer?: "again"|"edit"}>} */
const DISCARDS = {
  rate: { text: "这一秒里写的人太多，房间显示不过来，没有位置了。", help: "你的消息没有问题。安静一点时再发。", offer: "again" },
  expired: { text: "房间太忙，没有及时轮到它。", help: "你的消息没有问题。安静一点时再发。", offer: "again" },
  shed: { text: "队列满了，而你排队的消息最多。", help: "一次一条最容易通过。", offer: "again" },
  muted: { text: "在显示之前，你或所有人被禁言了。", offer: "edit" },
  banned: { text: "在显示之前，你被禁止进入了。" },
  removed: { text: "在显示之前，你被移出了房间。" },
  purged: { text: "工作人员清除了你的消息。" },
  disbanded: { text: "在显示之前，直播结束了。" },
};

/** @param {Sent} sent */
function rejected(sent) {
  if (sent.reason === "filter") return { text: "房间的词语过滤没有让它通过。", help: "请换个说法。" };
  if (sent.reason === "silence") return { text: "这条需要管理员审核，但没有人及时处理。", help: "你可以再发一次。" };
  if (sent.reason === "rule") return { text: "房间的规则没有让它通过。", help: "请换个说法。" };
  return { text: sent.why ? `管理员没有通过它：“${sent.why}”` : "管理员没有通过它。", help: "请修改后再发。" };
}

/** @param {Sent} sent @param {number} now @returns {Word|null} */
export function own(sent, now) {
  switch (sent.state) {
    case "queued":
      return { tone: "wait", text: "一连上就会发出。" };
    case "sent":
      return { tone: "wait", text: "正在发送…" };
    case "waiting":
      return { tone: "wait", text: "正在排队：房间很忙。" };
    case "held":
      return { tone: "wait", text: "管理员先看一下。", help: sent.expires ? `${span(sent.expires - now)}内有结果。` : undefined };
    case "delivered":
      return sent.changed ? { tone: "warn", text: "已显示，但有些词被房间的过滤或管理员改过。" } : null;
    case "rejected":
      return { tone: "bad", offer: "edit", ...rejected(sent) };
    case "discarded":
      return { tone: "bad", ...(DISCARDS[sent.reason ?? ""] ?? { text: "房间没有保留它。" }) };
    case "refused":
      return { tone: "bad", ...refusal(sent, now) };
    case "unknown":
      return { tone: "warn", text: "房间还没说明结果，连接就断了。", help: "再发之前，请先看看它是否已经在那里。", offer: "again" };
  }
}

/** @param {Sent} sent */
export const fate = (sent) => (sent.state === "unknown" ? "可能没有显示" : "别人看不到");

/** @param {Sent} sent @param {number} now @returns {Word|null} */
export function ownLike(sent, now) {
  if (sent.state === "discarded" && ["rate", "expired", "shed"].includes(sent.reason ?? "")) {
    return { tone: "good", text: "已计数。同时太多，没法一个个显示。" };
  }
  return sent.state === "refused" || sent.state === "rejected" ? own(sent, now) : null;
}

const LESSER = "条次要消息";

/** @type {Record<"show"|"class", Record<string, string>>} */
const CLASSES = {
  show: { high: "个礼物之类", normal: "条评论", low: "个赞之类", lowest: LESSER },
  class: { high: "条老师的笔画和指令", normal: "条笔画和评论", low: LESSER, lowest: LESSER },
};

/** @param {Partial<Record<string, number>>} missed @param {"show"|"class"} [kind] @returns {string|null} */
export function missed(missed, kind = "show") {
  const classes = CLASSES[kind];
  const messages = Object.keys(classes)
    .map((name) => ({ name, n: missed[name] ?? 0 }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n);
  const total = messages.reduce((sum, { n }) => sum + n, 0);
  const others = [
    missed.tip ? `${number(missed.tip)} 条进出提示` : "",
    missed.notice ? `${number(missed.notice)} 条公告` : "",
  ].filter(Boolean);
  if (total === 0) return others.length > 0 ? `你错过了 ${others.join("和 ")}。` : null;
  const kinds = messages.map(({ name, n }) => `${number(n)} ${classes[name]}`);
  const also = others.length > 0 ? `另有 ${others.join("和 ")}。` : "";
  if (kinds.length === 1) return `你错过了 ${kinds[0]}。${also}`;
  return `你错过了 ${number(total)} 条消息：${kinds.join("、")}。${also}`;
}

/** @param {number} n */
export const caughtUp = (n) => `从暂停处继续。没有错过任何消息：期间来了 ${number(n)} 条。`;

/** @param {number} n */
export const paused = (n) => (n === 0 ? "已暂停" : `已暂停 · ${number(n)} 条新消息`);

/** @param {string} name @param {boolean} guest */
export const hello = (name, guest) => (guest ? `你正在观看“${name}”。` : `欢迎来到“${name}”，打个招呼吧！`);

/** @param {number} ms */
export const back = (ms) => `断线 ${span(ms)}，现在回来了。`;

export const newEpoch = "你回来了，但房间已经不记得你看到哪里，所以没人知道你错过了什么。";

/** @param {string[]} names @param {number} count */
export function people(names, count) {
  const shown = names.slice(0, count > 3 ? 2 : 3);
  if (shown.length === 0) return count === 1 ? "有人" : `${number(count)} 人`;
  return count > shown.length ? `${shown.join("、")}等 ${number(count)} 人` : shown.join("、");
}

/** @param {Entry} entry @param {number} now @returns {string|null} */
export function tip(entry, now) {
  const named = entry.names ?? [];
  const count = entry.count ?? named.length;
  const who = people(named.map((one) => one.nick || one.user), count);
  const how = count === 1 ? `（${until(named[0]?.until, now)}）` : "";
  switch (entry.kind) {
    case "join":
      return `${who} 进入了房间`;
    case "quit":
      return `${who} 离开了`;
    case "kick":
      return `${who} 被移出房间`;
    case "ban":
      return `${who} 被禁止进入${how}`;
    case "unban":
      return `${who} 可以回来了`;
    case "set_admin":
      return `${who} 成为工作人员`;
    case "cancel_admin":
      return `${who} 不再是工作人员`;
    case "member_profile":
      return named[0]?.until == null ? `${who} 可以发言了` : `${who} 被禁言${how}`;
    case "group_profile":
      return changes(entry.changes ?? {});
    default:
      return null;
  }
}

/** @param {Record<string, any>} changed */
function changes(changed) {
  const told = [
    changed.name != null && `房间改名为“${changed.name}”`,
    changed.notification && `公告：${changed.notification}`,
    changed.introduction != null && "房间有了新的介绍",
    changed.owner != null && "房间换了主人",
    changed.mute_all === true && "从现在起只有工作人员可以发言",
    changed.mute_all === false && "大家又可以发言了",
  ].filter(Boolean);
  return told.length > 0 ? told.join(" · ") : null;
}

/** @param {any} notice @param {number} now @returns {string|null} */
export function notice(notice, now) {
  const because = notice.reason ? `：“${notice.reason}”` : "。";
  switch (notice.kind) {
    case "custom":
      return notice.field || null;
    case "broadcast":
      return notice.text || null;
    case "disbanded":
      return "直播已结束，谢谢你的到来。";
    case "purged":
      return notice.message == null ? "工作人员清除了某人的消息。" : null;
    case "raid":
      return notice.until ? `防冲场模式开启至 ${moment(notice.until, now)}：发言规则更严。` : "防冲场模式已结束。";
    case "warned":
      return `工作人员警告了你（至今 ${number(notice.strikes ?? 1)} 次）${because}`;
    case "kicked":
      return `你被移出了房间${because}`;
    case "banned":
      return `你被禁止进入（${until(notice.until, now)}）${because}`;
    case "role":
      return { owner: "房间现在归你了。", admin: "你现在是工作人员。" }[String(notice.role)] ?? "你现在是普通成员。";
    case "applied":
      return `${notice.user} 申请加入${notice.note ? `：“${notice.note}”` : "。"}`;
    case "admitted":
      return "你被允许进入，欢迎！";
    case "declined":
      return "工作人员没有让你进入。";
    case "quit_elsewhere":
      return "你在另一台设备上离开了这个房间。";
    default:
      return null;
  }
}

/** @type {Record<string, string>} */
const BYES = {
  quit: "你离开了房间。",
  quit_elsewhere: "你在另一台设备上离开了这个房间。",
  kicked: "你被移出了房间。",
  banned: "你被禁止进入这个房间。",
  declined: "工作人员没有让你进入。",
  disbanded: "直播已结束。",
  replaced: "你在另一个窗口打开了这个房间，由那里继续。",
  slow: "你的连接跟不上房间的速度。",
  too_fast: "这个页面一下子发得太多。",
  restart: "房间的服务器正在重启。",
  idle: "房间很久没有收到这个页面的消息。",
  not_kept: "房间的服务器暂时无法存储，因此不接收任何内容。",
  busy: "房间的服务器现在没有空位。",
};

/** @param {{code?: string, why?: string}} frame */
export const bye = (frame) => BYES[frame.code ?? ""] ?? `房间关闭了连接：${frame.why || frame.code}。`;

export const ordered = "主播请你离开，所以页面已退出房间。";

/** @param {{code?: string, why?: string}} frame */
export const fault = (frame) => `页面和房间的服务器互相看不懂（${frame.code}：${frame.why}）。请刷新页面。`;

/** @param {number} n */
export const newer = (n) => `${number(n)} 条新消息`;

/** @param {number} n @param {string} last */
export const flood = (n, last) => `${number(n)} 条新消息。最后一条：${last}`;

export const offers = { again: "再发一次", edit: "修改", dismiss: "关闭" };
export const official = "官方";
export const nobody = "房间";
export const emptied = "一条消息已被移除。";
export const unreadable = "（页面无法显示的内容）";

/** @param {"off"|"calm"|"full"} density */
export const density = (density) => ({ off: "关", calm: "疏", full: "密" })[density];

export const door = { guest: "你正在观看。取个昵称就能参与。", nameless: "给自己取个昵称，别人才好称呼你。" };

/** @param {string} nick */
export const followed = (nick) => `${nick} 关注了主播`;
/** @param {string} what */
export const you = (what) => `你${what}`;

export const offer = {
  /** @param {number} n */
  left: (n) => `还剩 ${number(n)} 份`,
  get: "领取优惠券",
  asking: "正在为你领取…",
  yours: "你的优惠券",
  copy: "复制",
  copied: "已复制",
  soldOut: "已领完",
  failed: "你的申请没有送到，可以再试一次。",
  tooLate: "你按时申请了，但轮到你之前已经领完。谢谢参与！",
  /** @param {string} nick @param {string} [text] */
  inquiry: (nick, text = "") => (text ? `${nick} 想要优惠券：${text}` : `${nick} 想要优惠券`),
  /** @param {string} title */
  announced: (title) => `送你一张优惠券：${title}`,
};

/** @type {Record<string, string>} */
export const rooms = { live: "直播", class: "大班课", seminar: "小班课" };

export const themes = { system: "跟随系统", light: "浅色", dark: "深色" };

/** @type {[string, string][]} */
export const shortcuts = [
  ["/", "写消息"],
  ["L", "点赞"],
  ["1 2 3", "送玫瑰、蛋糕、火箭"],
  ["P", "暂停，再按继续"],
  ["C", "画面上的弹幕：疏、密、关"],
  ["End", "焦点在聊天时，跳到最新一行"],
  ["?", "显示这个列表"],
  ["Esc", "关闭，或离开输入框"],
];

export const longer = { more: "展开全文", less: "收起" };

export const follow = { no: "关注", yes: "已关注" };
export const gifts = { all: "个礼物", seen: "个礼物（看到的）" };

/** @param {number} n */
export const tooLongBy = (n) => `超出 ${size(n)}`;

/** @param {{muted: Until|null, muteAll: boolean, applied: boolean, raid: number|null}} bars @param {number} now @returns {{text: string, left?: string}|null} */
export function bars({ muted, muteAll, applied, raid }, now) {
  if (applied) return { text: "你已申请进入，由工作人员决定。" };
  if (muted === "forever") return { text: "你被永久禁言，可以继续看。" };
  if (muted !== null) return { text: `你被禁言至 ${moment(muted, now)}，可以继续看。`, left: `还有 ${span(muted - now)}` };
  if (muteAll) return { text: "现在只有工作人员可以发言。" };
  return raid === null ? null : { text: "防冲场模式：请慢些发言，不发链接，不重复。", left: `还有 ${span(raid - now)}` };
}

/** @param {import("../liveroom.js").State} state @param {string|null} farewell */
export function connection(state, farewell) {
  switch (state) {
    case "connecting":
    case "joining":
      return "正在连接…";
    case "offline":
      return `${farewell ?? "连接断了。"}自动重试：`;
    case "over":
      return farewell ?? "你没有连接。";
    default:
      return null;
  }
}

/** @param {number} seconds */
export const countdown = (seconds) => `${number(Math.max(1, seconds))} 秒后`;

/** @param {import("../liveroom.js").State} state */
export const retry = (state) => ({ offline: "立即重试", over: "重新进入" })[String(state)] ?? null;

/** @type {Record<string, string>} */
export const ROLES = { owner: "主播", admin: "工作人员", member: "", guest: "游客" };

/** @type {Record<string, {one: string, many: string, icon: string}>} */
export const GIFTS = {
  rose: { one: "一枝玫瑰", many: "枝玫瑰", icon: "rose" },
  cake: { one: "一个蛋糕", many: "个蛋糕", icon: "cake" },
  rocket: { one: "一枚火箭", many: "枚火箭", icon: "rocket" },
};

/** @param {string} gift @param {number} n */
export function giftLine(gift, n) {
  const known = GIFTS[gift];
  if (!known) return n === 1 ? "送了一个礼物" : `送了 ${number(n)} 个礼物`;
  return n === 1 ? `送了${known.one}` : `送了 ${number(n)} ${known.many}`;
}

/** @type {Record<string, string>} */
export const page = {
  rooms: "房间",
  theme: "浅色或深色",
  help: "键盘快捷键",
  close: "关闭",
  singleKeys: "启用单键快捷键",
  skipToChat: "跳到聊天",
  stream: "直播画面",
  live: "直播",
  peopleHere: "人在这里",
  peopleHereNow: "现在在这里的人数",
  caption: "生成的画面，这里放你的播放器。",
  react: "互动",
  like: "点赞",
  sendGift: "送礼物",
  rose: "玫瑰",
  cake: "蛋糕",
  rocket: "火箭",
  comments: "画面上的弹幕",
  pause: "暂停",
  goOn: "继续",
  chat: "聊天",
  leave: "离开",
  messages: "消息",
  quietSoFar: "你来了之后还没有人说话。说第一句吧！",
  onTheirWay: "你正在发送的消息",
  yourMessage: "你的消息",
  saySomething: "说点什么",
  send: "发送",
  takePart: "参与",
  yourName: "你的昵称",
  voucher: "优惠券",
};
