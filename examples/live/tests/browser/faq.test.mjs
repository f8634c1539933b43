/** The questions at the end of the guide, each as it answers them: the vendor's SDK in a browser, and an app's server. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { order, startAppServer } from "./support/app-server.mjs";
import { startBrowser } from "./support/browser.mjs";
import { phone } from "./support/phone.mjs";
import { PACKAGES, person, startApp, startSite, startStage } from "./support/sdk.mjs";
import { seed } from "./support/seed.mjs";
import { until } from "./support/show.mjs";

let browser;
let site;
let backend;
let host;
let stage;
before(async () => {
  browser = await startBrowser(["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]);
  site = await startSite();
  backend = await startAppServer();
  host = await startApp(["--callback", backend.url]);
  stage = await startStage(browser, site.url);
});
after(async () => {
  await browser?.close();
  await Promise.all([site?.stop(), host?.stop(), backend?.stop()]);
});

/** A custom message, as the SDK makes one. @param {string} to @param {object} data @param {string} priority */
const custom = (to, data, priority = "HIGH") =>
  `tim.createCustomMessage({ to: ${JSON.stringify(to)}, conversationType: TIM.TYPES.CONV_GROUP, priority: TIM.TYPES.MSG_PRIORITY_${priority},
    payload: { data: ${JSON.stringify(JSON.stringify(data))}, description: '', extension: '' } })`;

/** The package for mini programs has the same file as the first: `sdk.test.mjs` runs the steps with it. */
const SDKS = /** @type {(keyof typeof PACKAGES)[]} */ (Object.keys(PACKAGES).slice(0, 2));

/** Sends a number of messages, a few at once: of no author are more than 16 asked about at a time. @param {number} count @param {string} message */
const inTurns = (count, message) => `(async () => {
  for (let first = 0; first < ${count}; first += 15) {
    const some = Array.from({ length: Math.min(15, ${count} - first) }, (_, n) => tim.sendMessage(${message}));
    await Promise.allSettled(some);
  }
})()`;

for (const sdk of SDKS) {
  describe(sdk, () => {
    const known = sdk.startsWith("tim") ? "tim" : "chat";
    /** Somebody who is in a room. @param {string} user @param {string} room */
    async function member(user, room) {
      const one = await person(stage, sdk, host.proxy);
      await one.login(user);
      const joined = await one.run(seed.join(room));
      assert.equal(joined.status, "JoinedSuccess", JSON.stringify(joined));
      return one;
    }
    const leave = (/** @type {{leave: () => Promise<unknown>}[]} */ ...people) => Promise.all(people.map((one) => one.leave()));
    const isCustom = (/** @type {any} */ { type }) => type === "TIMCustomElem";
    const members = async (/** @type {string} */ room) => {
      const { MemberList } = await host.rest("group_open_avchatroom_http_svc/get_members", { GroupId: room, Timestamp: 0 });
      return MemberList.map((/** @type {any} */ one) => one.Member_Account).sort();
    };

    test("1: who has no nick in a message finds it by getMyProfile", async () => {
      const room = await host.group(`${known}-1`);
      const fay = await member(`${known}-fay`, room);
      await fay.run(seed.profile("Fay", "https://example.org/fay.png"));
      await fay.leave();
      // Somewhere else, where nothing is known yet.
      const again = await member(`${known}-fay`, room);
      const bare = await again.run(`(({ nick, avatar }) => ({ nick, avatar }))(tim.createTextMessage({ to: ${JSON.stringify(room)}, conversationType: TIM.TYPES.CONV_GROUP, payload: { text: 'x' } }))`);
      const profile = await again.call("tim.getMyProfile()");
      assert.deepEqual([profile.nick, profile.avatar], ["Fay", "https://example.org/fay.png"], `the message has ${JSON.stringify(bare)}`);
      await leave(again);
    });

    test("2: a custom message has somebody muted by the app's server", async () => {
      const room = await host.group(`${known}-2`, { Owner_Account: `${known}-gil` });
      const [gil, hal] = await Promise.all([member(`${known}-gil`, room), member(`${known}-hal`, room)]);
      backend.rules.push(async ({ command, body }) => {
        const mute = command === "Group.CallbackBeforeSendMsg" && body.GroupId === room && order(body, "mute");
        if (mute && body.From_Account === `${known}-gil`) {
          await host.rest("group_open_http_svc/forbid_send_msg", { GroupId: room, Members_Account: mute.Members_Account, MuteTime: mute.MuteTime });
        }
      });
      assert.equal((await hal.run(seed.send(room, "I speak"))).error, undefined);
      const sent = await gil.call(`tim.sendMessage(${custom(room, { type: "mute", Members_Account: [`${known}-hal`], MuteTime: 60 })})`);
      assert.equal(sent.error, undefined, JSON.stringify(sent));
      assert.equal((await hal.run(seed.send(room, "I am silent"))).error, 10017);
      // The SDK can do it by itself, where the owner does it.
      const unmuted = await gil.call(`tim.setGroupMemberMuteTime({ groupID: ${JSON.stringify(room)}, userID: '${known}-hal', muteTime: 0 })`);
      assert.equal(unmuted.error, undefined, JSON.stringify(unmuted));
      assert.equal((await hal.run(seed.send(room, "I speak again"))).error, undefined);
      await leave(gil, hal);
    });

    test("3: a High custom message has a member's own client leave", async () => {
      const room = await host.group(`${known}-3`, { Owner_Account: `${known}-ida` });
      const [ida, jan, kim] = await Promise.all([member(`${known}-ida`, room), member(`${known}-jan`, room), member(`${known}-kim`, room)]);
      for (const [one, user] of [[jan, "jan"], [kim, "kim"]]) {
        await one.run(`tim.on(TIM.EVENT.MESSAGE_RECEIVED, ({ data }) => {
          for (const message of data) {
            if (message.type !== TIM.TYPES.MSG_CUSTOM) continue;
            const order = JSON.parse(message.payload.data);
            if (order.type === 'leave' && order.Members_Account.includes('${known}-${user}')) globalThis.left = tim.quitGroup(message.to);
          }
        }), null`);
      }
      // The members of these groups cannot be removed: the service's own REST says so.
      const removed = await host.rest("group_open_http_svc/delete_group_member", { GroupId: room, MemberToDel_Account: [`${known}-jan`] });
      assert.equal(removed.ErrorCode, 10004);
      const sent = await ida.call(`tim.sendMessage(${custom(room, { type: "leave", Members_Account: [`${known}-jan`] })})`);
      assert.equal(sent.error, undefined, JSON.stringify(sent));
      await until(async () => !(await members(room)).includes(`${known}-jan`), "the leaving");
      assert.deepEqual(await members(room), [`${known}-ida`, `${known}-kim`]);
      const tip = await kim.gets(({ type, payload }) => type === "TIMGroupTipElem" && payload.operationType === 2, "the tip of the leaving");
      assert.deepEqual(tip.payload.userIDList, [`${known}-jan`]);
      assert.notEqual((await jan.run(seed.send(room, "still here?"))).error, undefined);
      await leave(ida, jan, kim);
    });

    test("4: a quit on the phone is made one in the browser too, by a message to its user", async () => {
      const room = await host.group(`${known}-4a`);
      const user = `${known}-lea`;
      const web = await member(user, room);
      const android = await phone(stage, host.proxy, user);
      assert.equal((await android.ask("apply_join_group", { GroupId: room })).ErrorCode, 0);
      backend.rules.push(async ({ command, platform, body }) => {
        if (command !== "Group.CallbackAfterMemberExit" || body.GroupId !== room || !["Android", "iOS", "Windows"].includes(platform ?? "")) return;
        for (const { Member_Account } of body.ExitMemberList) await letter(Member_Account, { type: "quit", group: room });
      });
      await web.run(`tim.on(TIM.EVENT.MESSAGE_RECEIVED, ({ data }) => {
        for (const message of data) {
          if (message.conversationType !== TIM.TYPES.CONV_C2C || message.type !== TIM.TYPES.MSG_CUSTOM) continue;
          const order = JSON.parse(message.payload.data);
          if (order.type === 'quit') tim.quitGroup(order.group);
        }
      }), null`);
      assert.equal((await android.ask("quit_group", { GroupId: room })).ErrorCode, 0);
      await until(async () => (await members(room)).length === 0, "the quit in the browser");
      await leave(web, android);
    });

    test("4: a quit in the browser is undone on the phone, by a message to its user", async () => {
      const room = await host.group(`${known}-4b`);
      const user = `${known}-moe`;
      const web = await member(user, room);
      const android = await phone(stage, host.proxy, user);
      assert.equal((await android.ask("apply_join_group", { GroupId: room })).ErrorCode, 0);
      backend.rules.push(async ({ command, platform, body }) => {
        if (command !== "Group.CallbackAfterMemberExit" || body.GroupId !== room) return;
        for (const { Member_Account } of body.ExitMemberList) await letter(Member_Account, { type: "quit on", platform, group: room });
      });
      const quit = await web.call(`tim.quitGroup(${JSON.stringify(room)})`);
      assert.equal(quit.error, undefined, JSON.stringify(quit));
      const [told] = await until(async () => { const letters = await android.letters(); return letters.length > 0 && letters; }, "the message to the phone");
      const { type, platform, group } = JSON.parse(told.MsgBody[0].MsgContent.Data);
      assert.deepEqual([type, platform, group], ["quit on", "Web", room]);
      assert.deepEqual(await members(room), [], "a quit in the browser is one everywhere");
      // It is not the platform that quit: it comes in again.
      const joined = await android.ask("apply_join_group", { GroupId: group });
      assert.equal(joined.JoinedStatus, "JoinedSuccess");
      assert.deepEqual(await members(room), [user]);
      await leave(web, android);
    });

    test("5: what the limit takes is told before and not after", async () => {
      const room = await host.group(`${known}-5`);
      const [ned, oda] = await Promise.all([member(`${known}-ned`, room), member(`${known}-oda`, room)]);
      const flood = 90;
      await ned.run(inTurns(flood, `tim.createTextMessage({ to: ${JSON.stringify(room)}, conversationType: TIM.TYPES.CONV_GROUP, payload: { text: 'line ' + n } })`));
      const asked = backend.of("CallbackBeforeSendMsg", room).length;
      assert.equal(asked, flood);
      const settled = async () => {
        const [told, read] = [backend.of("CallbackAfterSendMsg", room).length, (await oda.received()).filter(({ type }) => type === "TIMTextElem").length];
        return told > 0 && told === read && told;
      };
      const delivered = /** @type {number} */ (await until(settled, "one count of what was delivered"));
      assert.ok(delivered < asked, `${delivered} of ${asked} were delivered`);
      assert.equal(backend.of("CallbackSendMsgException", room).length, asked - delivered, "the rest is told of as lost");
      await leave(ned, oda);
    });

    test("6: likes are counted, those that nobody sees too, and read back from profile and counters", async () => {
      const room = await host.group(`${known}-6`, { Owner_Account: `${known}-pia` });
      const pia = await member(`${known}-pia`, room);
      const likes = 60;
      await pia.run(inTurns(likes, custom(room, { type: "like" }, "LOW")));
      // The app's server counts them before the limit, and writes them into the profile.
      const counted = backend.of("CallbackBeforeSendMsg", room).filter(({ body }) => order(body, "like")).length;
      assert.equal(counted, likes);
      await host.rest("group_open_http_svc/modify_group_base_info", { GroupId: room, AppDefinedData: [{ Key: "cheers", Value: String(counted) }] });
      const profile = await pia.call(`tim.getGroupProfile({ groupID: ${JSON.stringify(room)} })`);
      const field = (/** @type {string} */ name) => profile.group.groupCustomField.find(({ key }) => key === name)?.value;
      assert.equal(field("cheers"), String(likes), JSON.stringify(profile));
      // The group counts them by itself too.
      const read = await until(async () => {
        const { counters } = await pia.call(`tim.getGroupCounters({ groupID: ${JSON.stringify(room)} })`);
        return counters?.likes >= likes && counters;
      }, "the count of the group");
      assert.equal(read.likes, likes);
      const increased = await pia.call(`tim.increaseGroupCounter({ groupID: ${JSON.stringify(room)}, key: 'waves', value: 3 })`);
      assert.deepEqual(increased.counters, { waves: 3 }, JSON.stringify(increased));
      await leave(pia);
    });

    test("7: gifts are not lost to what matters less", async () => {
      const room = await host.group(`${known}-7`);
      const [quin, rob, sia] = await Promise.all([member(`${known}-quin`, room), member(`${known}-rob`, room), member(`${known}-sia`, room)]);
      const gifts = 5;
      await Promise.all([
        quin.run(inTurns(60, custom(room, { type: "cheer" }, "LOW"))),
        rob.run(inTurns(gifts, custom(room, { type: "gift" }, "HIGH"))),
      ]);
      const came = async () => (await sia.received()).filter(isCustom);
      await until(async () => (await came()).filter(({ priority }) => priority === "High").length === gifts, "every gift");
      const low = (await came()).filter(({ priority }) => priority === "Low").length;
      assert.ok(low < 60, `${low} of 60 cheers came: nothing was lost`);
      await leave(quin, rob, sia);
    });
  });
}

/** A message to one user, from the app. One who is gone is told nothing. @param {string} user @param {object} data */
const letter = (user, data) =>
  host.rest("openim/sendmsg", {
    SyncOtherMachine: 2,
    To_Account: user,
    MsgRandom: Math.floor(Math.random() * 2 ** 32),
    MsgBody: [{ MsgType: "TIMCustomElem", MsgContent: { Data: JSON.stringify(data), Desc: "", Ext: "", Sound: "" } }],
  });
