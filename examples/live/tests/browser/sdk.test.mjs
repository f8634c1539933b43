/** The guide that the host follows, step by step, with the vendor's own SDK: every package in a real browser. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startBrowser, visitor } from "./support/browser.mjs";
import { PACKAGES, person, startApp, startSite, startStage } from "./support/sdk.mjs";
import { seed } from "./support/seed.mjs";
import { enter, present, row, say, until } from "./support/show.mjs";
import { startWire } from "./support/wire.mjs";

let browser;
let site;
let host;
let stage;
before(async () => {
  // Nothing leaves this machine, whatever the packages try.
  browser = await startBrowser(["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]);
  site = await startSite();
  host = await startApp();
  stage = await startStage(browser, site.url);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await host?.stop();
});

for (const sdk of /** @type {(keyof typeof PACKAGES)[]} */ (Object.keys(PACKAGES))) {
  describe(sdk, () => {
    const known = sdk.replace(/^.*\/|[ .]/g, "");
    const meet = () => person(stage, sdk, host.proxy);

    test("steps 4 to 8 of the guide run as they are printed", async () => {
      const room = await host.group(`${known}-steps`);
      const [ann, bob, guest] = await Promise.all([meet(), meet(), meet()]);
      await Promise.all([ann.login("ann"), bob.login("bob")]);
      const nick = "Ann's nick";
      const avatar = "https://example.org/ann.jpg";
      assert.equal((await ann.run(seed.profile(nick, avatar))).error, undefined);
      for (const one of [ann, bob, guest]) {
        const joined = await one.run(seed.join(room));
        assert.deepEqual([joined.status, joined.error], ["JoinedSuccess", undefined]);
      }
      assert.equal((await ann.run(seed.join(room))).status, "AlreadyInGroup");

      const sent = await ann.run(seed.send(room, "Hello, 世界!"));
      assert.equal(sent.error, undefined, JSON.stringify(sent));
      for (const one of [bob, guest]) {
        const text = await one.gets(({ type }) => type === "TIMTextElem", "a text");
        assert.deepEqual([text.from, text.nick, text.avatar, text.priority, text.payload.text], ["ann", nick, avatar, "Normal", "Hello, 世界!"]);
        assert.ok((await one.said()).includes("Hello, 世界!"), "step 4 prints it");
      }
      const tip = await bob.gets(({ type, payload }) => type === "TIMGroupTipElem" && payload.operationType === 1, "the tip of a join");
      assert.ok(tip.payload.userIDList.some((user) => ["ann", "bob"].includes(user)));
      // A guest may become somebody, and speak: once out, since the older package takes a guest who logs in for a member.
      await guest.call(`tim.quitGroup(${JSON.stringify(room)})`);
      await guest.login("cy");
      const joined = await guest.run(seed.join(room));
      assert.equal(joined.error, undefined, JSON.stringify(joined));
      assert.equal((await guest.run(seed.send(room, "now I speak"))).error, undefined);
      await bob.gets(({ from, payload }) => from === "cy" && payload.text === "now I speak", "what the guest says");
      for (const one of [ann, bob, guest]) {
        assert.deepEqual(await one.wrong(), []);
        await one.leave();
      }
    });

    test("a system notice and a gift reach everybody", async () => {
      const room = await host.group(`${known}-notice`);
      const [cat, guest] = await Promise.all([meet(), meet()]);
      await cat.login("cat");
      await cat.run(seed.join(room));
      await guest.run(seed.join(room));
      const told = await host.rest("group_open_http_svc/send_group_system_notification", { GroupId: room, Content: "the show begins" });
      assert.equal(told.ErrorCode, 0);
      const gift = await cat.call(`tim.sendMessage(tim.createCustomMessage({ to: ${JSON.stringify(room)}, conversationType: TIM.TYPES.CONV_GROUP,
        priority: TIM.TYPES.MSG_PRIORITY_HIGH, payload: { data: '{"type":"gift","n":3}', description: "a rose", extension: "red" } }))`);
      assert.equal(gift.error, undefined, JSON.stringify(gift));
      for (const one of [cat, guest]) {
        const notice = await one.gets(({ type }) => type === "TIMGroupSystemNoticeElem", "the notice");
        assert.equal(notice.payload.userDefinedField, "the show begins");
      }
      const custom = await guest.gets(({ type }) => type === "TIMCustomElem", "the gift");
      assert.deepEqual([custom.from, custom.priority, custom.payload.description], ["cat", "High", "a rose"]);
      await Promise.all([cat.leave(), guest.leave()]);
    });

    test("members, attributes and counters, and how memberships and groups end", async () => {
      const room = `${known}-life`;
      const id = JSON.stringify(room);
      const [fin, gus, hue] = await Promise.all([meet(), meet(), meet()]);
      const ok = async (/** @type {typeof fin} */ one, /** @type {string} */ call) => {
        const told = await one.call(call);
        assert.equal(told?.error, undefined, `${call}: ${JSON.stringify(told)}`);
        return told;
      };
      for (const [one, user] of /** @type {[typeof fin, string][]} */ ([[fin, "fin"], [gus, "gus"], [hue, "hue"]])) {
        await one.login(user);
        if (one === fin) await ok(fin, `tim.createGroup({ type: TIM.TYPES.GRP_AVCHATROOM, name: 'Life', groupID: ${id} })`);
        assert.equal((await one.run(seed.join(room))).name, "Life");
      }
      const { memberList } = await ok(fin, `tim.getGroupMemberList({ groupID: ${id}, count: 30, offset: 0 })`);
      assert.deepEqual(memberList.map(({ userID }) => userID).sort(), ["fin", "gus", "hue"]);
      // An SDK keeps the number of an earlier tip for 10 s: that of the last to come in is right.
      assert.equal((await ok(hue, `tim.getGroupOnlineMemberCount(${id})`)).memberCount, 3);
      await ok(fin, `tim.setGroupAttributes({ groupID: ${id}, groupAttributes: { seat: 'gus' } })`);
      await until(async () => (await gus.call(`tim.getGroupAttributes({ groupID: ${id}, keyList: [] })`)).groupAttributes?.seat === "gus", "the attribute");
      await ok(fin, `tim.updateGroupProfile({ groupID: ${id}, notification: 'mind the step' })`);
      // All of that came before it, in the same lists.
      await fin.run(seed.send(room, "after all that"));
      for (const one of [gus, hue]) await one.gets(({ payload }) => payload.text === "after all that", "what comes after");
      const changed = await hue.gets(({ type, payload }) => type === "TIMGroupTipElem" && payload.operationType === 6, "the tip of the notification");
      assert.equal(changed.payload.newGroupProfile.notification, "mind the step");

      // What the SDK calls removing somebody is a ban of a livestreaming group, for a while.
      await ok(fin, `tim.deleteGroupMember({ groupID: ${id}, userIDList: ['gus'], duration: 60 })`);
      await gus.gets(({ type, payload }) => type === "TIMGroupSystemNoticeElem" && payload.operationType === 21, "the notice of the ban");
      assert.notEqual((await gus.run(seed.send(room, "and yet"))).error, undefined);
      assert.equal((await gus.run(seed.join(room))).error, 10007);
      const quit = await fin.call(`tim.quitGroup(${id})`);
      assert.notEqual(quit.error, undefined, "the owner cannot quit");
      await ok(fin, `tim.dismissGroup(${id})`);
      await hue.gets(({ type, payload }) => type === "TIMGroupSystemNoticeElem" && payload.operationType === 5, "the notice of the end");
      assert.equal((await hue.run(seed.join(room))).error, 10010);
      await ok(hue, "tim.logout()");
      assert.notEqual((await hue.call("tim.getMyProfile()")).error, undefined, "nobody is logged in");
      for (const one of [fin, gus, hue]) {
        assert.deepEqual(await one.wrong(), []);
        await one.leave();
      }
    });

    test("what is wrong reaches the promise with the service's code", async () => {
      const room = await host.group(`${known}-codes`, { Owner_Account: "owner" });
      const dan = await meet();
      const login = (user, sig) => dan.run(seed.login(user, sig));
      assert.equal((await login("dan", "not a signature")).error, 70003);
      await dan.login("dan");
      assert.equal((await dan.run(seed.join("no-such-room"))).error, 10010);
      await dan.run(seed.join(room));
      await host.rest("group_open_http_svc/forbid_send_msg", { GroupId: room, Members_Account: ["dan"], MuteTime: 600 });
      assert.equal((await dan.run(seed.send(room, "may I?"))).error, 10017);
      await host.rest("group_open_http_svc/forbid_send_msg", { GroupId: room, Members_Account: ["dan"], MuteTime: 0 });
      assert.equal((await dan.run(seed.send(room, "now I may"))).error, undefined);
      await dan.leave();
    });
  });
}

test("a dropped connection resumes without loss, for a member and for a guest", async (t) => {
  const room = await host.group("resumes");
  const wire = await startWire(host.url);
  t.after(() => wire.stop());
  const meet = (/** @type {string} */ proxy) => person(stage, "@tencentcloud/chat 3.6.6", proxy);
  const [zoe, max, guest] = await Promise.all([meet(host.proxy), meet(wire.proxy), meet(wire.proxy)]);
  await Promise.all([zoe.login("zoe"), max.login("max")]);
  for (const one of [zoe, max, guest]) await one.run(seed.join(room));
  const texts = async (/** @type {typeof max} */ one) => (await one.received()).filter(({ type }) => type === "TIMTextElem").map(({ payload }) => payload.text);
  await zoe.run(seed.send(room, "1"));
  for (const one of [max, guest]) await until(async () => (await texts(one)).length === 1, "the first");
  wire.cut();
  for (const text of ["2", "3", "4"]) await zoe.run(seed.send(room, text));
  wire.mend();
  for (const one of [max, guest]) await until(async () => (await texts(one)).includes("4"), "what was said meanwhile", 30_000);
  await zoe.run(seed.send(room, "5"));
  for (const one of [max, guest]) {
    await until(async () => (await texts(one)).includes("5"), "the last");
    assert.deepEqual(await texts(one), ["1", "2", "3", "4", "5"], "each once, in order");
  }
  await until(async () => (await max.run(seed.send(room, "I am here"))).error === undefined, "max speaks without joining again");
  const tips = (await zoe.received()).filter(({ type }) => type === "TIMGroupTipElem").map(({ payload }) => payload.operationType);
  assert.ok(!tips.includes(2), "nobody heard of it");
  await Promise.all([zoe, max, guest].map((one) => one.leave()));
});

for (const sdk of /** @type {(keyof typeof PACKAGES)[]} */ (["tim-js-sdk 2.27.6", "@tencentcloud/chat 3.6.6"])) {
  test(`after a restart of the host a client is in its groups again, or told that there are none: ${sdk}`, async (t) => {
    let own = await startApp();
    t.after(() => own.stop());
    const wire = await startWire(own.url);
    t.after(() => wire.stop());
    const meet = () => person(stage, sdk, wire.proxy);
    const [ann, guest, bob] = await Promise.all([meet(), meet(), meet()]);
    await Promise.all([ann.login("ann"), bob.login("bob")]);
    for (const room of ["stays", "goes"]) await own.group(room);
    for (const one of [ann, guest]) await one.run(seed.join("stays"));
    await bob.run(seed.join("goes"));
    const say = (/** @type {string} */ Text) =>
      own.rest("group_open_http_svc/send_group_msg", { GroupId: "stays", Random: Math.floor(Math.random() * 2 ** 32), MsgBody: [{ MsgType: "TIMTextElem", MsgContent: { Text } }] });
    await say("before");
    for (const one of [ann, guest]) await one.gets(({ payload }) => payload.text === "before", "what is said before");
    // Whoever came back before the group is made again would be told that there is none.
    wire.cut();
    await own.kill();
    own = await startApp([], Number(own.url.port));
    await own.group("stays");
    wire.mend();
    await until(async () => {
      const { OnlineMemberNum } = await own.rest("group_open_http_svc/get_online_member_num", { GroupId: "stays" });
      return OnlineMemberNum === 2;
    }, "both are in again", 60_000);
    // The SDK passes over numbers that it has seen lately, and the history begins at 1 again.
    for (const text of ["is", "anybody", "there"]) await say(text);
    for (const one of [ann, guest]) await one.gets(({ payload }) => payload.text === "there", "what is said after");
    assert.equal((await ann.run(seed.send("stays", "I am back"))).error, undefined);
    await bob.gets(({ payload }) => payload.operationType === 5, "that the other is dismissed");
    await own.group("goes");
    assert.equal((await bob.run(seed.join("goes"))).status, "JoinedSuccess");
    await Promise.all([ann, guest, bob].map((one) => one.leave()));
  });
}

test("tim-js-sdk takes a guest who logs in for a member: they quit, join, and speak", async () => {
  const room = await host.group("becomes");
  const one = await person(stage, "tim-js-sdk 2.27.6", host.proxy);
  await one.run(seed.join(room));
  await one.login("fay");
  assert.equal((await one.run(seed.join(room))).status, "AlreadyInGroup", "so it says, and asks nobody");
  assert.equal((await one.run(seed.send(room, "may I?"))).error, 10007);
  assert.equal((await one.call(`tim.quitGroup(${JSON.stringify(room)})`)).error, undefined);
  assert.equal((await one.run(seed.join(room))).status, "JoinedSuccess");
  assert.equal((await one.run(seed.send(room, "here I am"))).error, undefined);
  await one.leave();
});

test("one on the page and one on the SDK are in one room", async () => {
  const mia = await present(await visitor(browser, host.url));
  await enter(mia.page, "Mia");
  const sdk = await person(stage, "@tencentcloud/chat 3.6.6", host.proxy);
  await sdk.login("eve");
  await sdk.run(seed.profile("Eve", ""));
  await sdk.run(seed.join("live"));
  await say(mia.page, "welcome, Eve");
  const text = await sdk.gets(({ type }) => type === "TIMTextElem", "what Mia says");
  assert.deepEqual([text.nick, text.payload.text], ["Mia", "welcome, Eve"]);
  await sdk.run(seed.send("live", "hello, Mia"));
  await row(mia.page, "hello, Mia").waitFor();
  assert.equal((await sdk.run(seed.send("live", "you zorgblatt"))).error, 80001);
  await Promise.all([mia.context.close(), sdk.leave()]);
});
