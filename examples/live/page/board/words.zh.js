/**
 * 白板的全部文字（聊天部分除外）；与 `words.en.js` 的导出完全相同。这里不碰页面。
 */

const numbers = new Intl.NumberFormat("zh-CN");

/** @param {number} n */
export const number = (n) => numbers.format(n);

/** @type {Record<string, string>} */
export const page = {
  skipToChat: "跳到聊天",
  live: "上课中",
  peopleHere: "人在线",
  peopleHereNow: "在线人数",
  colour: "颜色",
  colour0: "黑",
  colour1: "蓝",
  colour2: "红",
  colour3: "绿",
  colour4: "橙",
  colour5: "紫",
  colour6: "棕",
  colour7: "橡皮",
  width: "粗细",
  width3: "细",
  width6: "中",
  width14: "粗",
  width40: "记号笔",
  clear: "清空",
  clearSure: "为所有人清空",
  save: "保存为图片",
  drawn: "谁画的",
  hands: "举手",
  called: "已点名",
  chat: "聊天",
  leave: "离开",
  close: "关闭",
  messages: "消息",
  quietSoFar: "您来了以后还没有人说话。",
  onTheirWay: "您正在发送的消息",
  yourMessage: "您的消息",
  saySomething: "说点什么",
  send: "发送",
  takePart: "参加",
  yourName: "您的名字",
};

export const teacher = "老师";

export const standing = {
  guest: "您正在旁听。取个名字即可参加。",
  muted: "您暂时被禁言。",
  muteAll: "现在只有老师可以书写。",
  listen: "老师正在讲课。",
  called: "老师点了您的名：请发言、书写。",
  all: "大家都可以画。",
  owner: "您在这里授课。",
};

export const hint = {
  draw: "请在这里画",
  teacher: "老师会在这里画",
  everybody: "全班在这里画",
};

export const hand = {
  raise: "举手",
  raised: "您已举手",
  failed: "举手没有送达，请再试一次。",
  none: "没有人举手。",
  callOn: "点名",
  callOff: "请坐下",
  dismiss: "稍后",
  /** @param {string} nick */
  heard: (nick) => `${nick} 举手了`,
  noneCalled: "没有点名。",
  failedCall: "没有成功。",
};

/** @param {number} points @param {boolean} connected */
export function onTheWay(points, connected) {
  if (points === 0) return "";
  return connected ? "正在发送…" : "保留着，等重新连接";
}

export const lost = "房间没有接受您画的内容。";
export const cleared = "白板已清空。";
/** @param {number} n */
export const trimmed = (n) => `白板太满，最早的 ${number(n)} 段笔画已移去。`;

/** @param {{nick: string, strokes: number}[]} authors */
export function drawing(authors) {
  const all = authors.reduce((sum, { strokes }) => sum + strokes, 0);
  if (all === 0) return "白板，空。";
  const named = authors.slice(0, 5).map(({ nick, strokes }) => `${nick} ${number(strokes)} 笔`);
  const others = authors.length - named.length;
  return `白板，共 ${number(all)} 笔：${named.join("、")}${others > 0 ? `，另有 ${number(others)} 人` : ""}。`;
}

/** @param {number} n */
export const strokes = (n) => `${number(n)} 笔`;

/** @param {string} room @param {Date} at */
export const fileName = (room, at) => `${room} ${at.toISOString().slice(0, 16).replace("T", " ").replace(":", ".")}.png`;
