/** 面板关于一条消息来龙去脉的文字；属于 `words.zh.js`。 */

import { number, outcomes, wait } from "./terms.zh.js";

/** @type {Record<string, string>} */
const KINDS = { text: "评论", gift: "礼物", like: "点赞", follow: "关注", control: "指令" };
/** @type {Record<number, string>} */
const HOST_KINDS = { 1: "笔画", 2: "清空白板", 3: "询问活动" };
/** @param {string|number} kind */
export const kind = (kind) => HOST_KINDS[Number(kind)] ?? KINDS[String(kind)] ?? `类型 ${kind}`;

/** @type {Record<string, string>} */
const ENDS = {
  rate: "没有空位：每秒写的比房间显示的多。",
  expired: "房间太忙，没能及时轮到它。",
  shed: "队列已满，而其作者在队列中的消息最多。",
  muted: "轮到它之前，作者或全体被禁言了。",
  shadowed: "只有作者自己看得见，而作者并不知道。",
  withdrawn: "在别人看到之前，工作人员收回了它。",
  rule: "房间的规则没有让它通过。",
  banned: "轮到它之前，作者被封禁了。",
  removed: "轮到它之前，作者被移出了。",
  purged: "管理员清除了作者的消息。",
  disbanded: "轮到它之前，房间解散了。",
  filter: "敏感词过滤没有放行。",
  silence: "没有人及时审核，所以被驳回。",
  decision: "有人决定不予放行。",
};

/** @type {Record<string, string>} */
const FILTERED = {
  masked: "敏感词过滤遮盖了",
  held: "敏感词过滤将其扣下，因为",
  blocked: "敏感词过滤遇到了",
  tagged: "敏感词过滤做了标记，因为",
};

/** @type {Record<string, string>} */
const DECISIONS = {
  allow: "您（或代表您的人）予以通过。",
  reject: "您（或代表您的人）予以驳回。",
  discard: "您（或代表您的人）悄悄丢弃了它。",
  replace: "改了文字之后予以通过。",
  silence: "没有人及时答复。",
};

/** @type {Record<string, string>} */
const RULES = { mute_all: "全员禁言", quiet_hours: "静默时段", speakers: "按标记发言", slow_mode: "慢速模式", pace: "发言频率", texts: "文本规则", repeats: "重复发言", filter: "敏感词过滤" };

export const life = {
  gone: "房间已不记得这条消息。",
  accepted: "房间受理了它。",
  /** @param {{rule: string, exempt: boolean}[]} rules */
  rules(rules) {
    const names = (/** @type {boolean} */ exempt) => rules.filter((one) => one.exempt === exempt).map(({ rule }) => RULES[rule] ?? rule).join("、");
    const [passed, exempt] = [names(false), names(true)];
    return [passed && `通过了：${passed}。`, exempt && `作者不受此限：${exempt}。`].filter(Boolean).join("");
  },
  /** @param {string} names */
  lastBefore: (names) => `最后先于它的：${names}`,
  app: "应用",
  /** @param {any} step @param {number} accepted */
  step(step, accepted) {
    const within = step.expires > accepted ? wait(step.expires - accepted) : "";
    switch (step.step) {
      case "filtered":
        return `${FILTERED[step.what] ?? `敏感词过滤（${step.what}）：`}${step.word ? `“${step.word}”` : "词表中的词"}。`;
      case "asked":
        return within ? `请您审核，限时 ${within}。` : "请您审核。";
      case "answered":
        return DECISIONS[step.decision] ?? `答复：${step.decision}。`;
      case "previewed":
        return `您比大家早 ${within} 看到它。`;
      case "withdrawn":
        return "您或代您处理的人收回了它。";
      case "folded":
        return `与第 ${number(step.first)} 条内容相同，合并显示。`;
      case "waited": {
        const [higher, own, lower] = step.outranked ?? [0, 0, 0];
        const before = [
          higher > 0 && `优先级更高的 ${number(higher)} 条`,
          own > 0 && `先轮到的 ${number(own)} 条`,
          lower > 0 && `优先级更低的 ${number(lower)} 条（本级受上限约束）`,
        ].filter(Boolean);
        const how = Number.isFinite(step.until) ? `排队等了 ${wait(step.until - step.since)}` : "正在排队";
        return `${how}，到时已有 ${number(step.ahead)} 条在等；${before.length > 0 ? `先于它发出的有${before.join("、")}` : "没有消息先于它发出"}。`;
      }
      case "omitted":
        return `此前的 ${number(step.steps ?? 1)} 步已不记得。`;
      default:
        return String(step.step);
    }
  },
  /** @param {{state: string, reason?: string, why?: string, seq?: number}} end */
  end({ state, reason = "", why = "", seq }) {
    if (state === "delivered") return seq ? `已送达每位观众，记录编号 ${number(seq)}。` : "已送达每位观众。";
    if (state === "waiting" || state === "held") return state === "held" ? "正在待审。" : "正在排队。";
    const word = why ? `“${why}”` : "";
    return `${outcomes[state] ?? state}。${ENDS[reason] ?? reason}${word}`;
  },
  /** @param {string} ms */
  after: (ms) => `+${ms}`,
  author: "作者",
  kind: "类型",
  priority: "优先级",
  number: "编号",
  look: "查找作者",
};
