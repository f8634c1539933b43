/**
 * Steps 4 to 8 of the guide that the host follows, with their code as it is printed there; its comments are left out.
 * What a reader fills in is filled in here: ids, signature, text, and the option that says where the host is.
 */

/** The guide prints it as methods of some class; the browser's own `this` has them here. */
const HANDLERS = `
_handleTextMsg(message) {
  console.log(message.payload.text)
}

_handleCustomMsg(message) {
  console.log(message.payload)
}

_handleGroupTip(message) {
  switch (message.payload.operationType) {
    case TIM.TYPES.GRP_TIP_MBR_JOIN:
      break
    case TIM.TYPES.GRP_TIP_MBR_QUIT:
      break
    case TIM.TYPES.GRP_TIP_MBR_KICKED_OUT:
      break
    case TIM.TYPES.GRP_TIP_MBR_SET_ADMIN:
      break
    case TIM.TYPES.GRP_TIP_MBR_CANCELED_ADMIN:
      break
    case TIM.TYPES.GRP_TIP_GRP_PROFILE_UPDATED:
      break
    case TIM.TYPES.GRP_TIP_MBR_PROFILE_UPDATED:
      break
    default:
      break
  }
}

_handleGroupSystemNotice(message) {
  console.log(message.payload.userDefinedField)
}
`;

const STEP_4 = `
let options = {
  SDKAppID: 0
}
let tim = TIM.create(options)
tim.setLogLevel(0)

tim.on(TIM.EVENT.SDK_READY, function (event) {
})

tim.on(TIM.EVENT.MESSAGE_RECEIVED, function(event) {
  const length = event.data.length
  let message
  for (let i = 0; i < length; i++) {
    message = event.data[i]
    switch (message.type) {
      case TIM.TYPES.MSG_TEXT:
        this._handleTextMsg(message)
        break
      case TIM.TYPES.MSG_CUSTOM:
        this._handleCustomMsg(message)
        break
      case TIM.TYPES.MSG_GRP_TIP:
        this._handleGroupTip(message) 
        break
      case TIM.TYPES.MSG_GRP_SYS_NOTICE:
        this._handleGroupSystemNotice(message)
        break
      default:
         break
    }
  }
})
`;

const STEP_5 = `
let promise = tim.login({userID: 'your userID', userSig: 'your userSig'});
promise.then(function(imResponse) {
  console.log(imResponse.data);
}).catch(function(imError) {
  console.warn('login error:', imError);
});
`;

const STEP_6 = `
let promise = tim.updateMyProfile({
  nick: 'My nickname',
  avatar: 'http(s)://url/to/image.jpg'
});
promise.then(function(imResponse) {
  console.log(imResponse.data);
}).catch(function(imError) {
  console.warn('updateMyProfile error:', imError);
});
`;

const STEP_7 = `
let promise = tim.joinGroup({ groupID: 'avchatroom_groupID'});
promise.then(function(imResponse) {
  switch (imResponse.data.status) {
    case TIM.TYPES.JOIN_STATUS_WAIT_APPROVAL:
      break
    case TIM.TYPES.JOIN_STATUS_SUCCESS:
      console.log(imResponse.data.group)
      break
    case TIM.TYPES.JOIN_STATUS_ALREADY_IN_GROUP:
      break
    default:
      break
  }
}).catch(function(imError){
  console.warn('joinGroup error:', imError)
});
`;

const STEP_8 = `
let message = tim.createTextMessage({
  to: 'avchatroom_groupID',
  conversationType: TIM.TYPES.CONV_GROUP,
  priority: TIM.TYPES.MSG_PRIORITY_NORMAL,
  payload: {
    text: 'Hello world!'
  }
})
let promise = tim.sendMessage(message)
promise.then(function(imResponse) {
  console.log(imResponse)
}).catch(function(imError) {
  console.warn('sendMessage error:', imError)
})
`;

/** A string as it stands in the guide's quotes. @param {string} text */
const quoted = (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'");

/** @param {Record<string, string>} filled what stands for what @param {string} step */
function fill(filled, step) {
  let code = step;
  for (const [blank, value] of Object.entries(filled)) {
    if (!code.includes(blank)) throw new Error(`nothing to fill in at ${blank}`);
    code = code.replaceAll(blank, value);
  }
  return code;
}

/** The promise of a step, as something that a test can look at. @param {string} step */
const told = (step) => `(() => {${step}
return promise.then(
  ({ data }) => ({ status: data.status, group: data.group?.groupID, name: data.group?.name, seq: data.message?.sequence, data: Array.isArray(data) ? data : undefined }),
  (error) => ({ error: error.code, info: error.message }),
);})()`;

/** The steps as scripts. */
export const seed = {
  /** Step 4, and a look at all that comes, beside it. @param {number} app @param {string} proxyServer */
  create: (app, proxyServer) => `
class Handlers {${HANDLERS}}
for (const name of Object.getOwnPropertyNames(Handlers.prototype)) {
  if (name !== "constructor") globalThis[name] = Handlers.prototype[name];
}
${fill({ "SDKAppID: 0": `SDKAppID: ${app}, proxyServer: '${quoted(proxyServer)}'` }, STEP_4)}
globalThis.received = [];
globalThis.isReady = false;
tim.on(TIM.EVENT.SDK_READY, () => (globalThis.isReady = true));
tim.on(TIM.EVENT.MESSAGE_RECEIVED, ({ data }) => globalThis.received.push(...data));
`,
  login: (user, sig) => told(fill({ "your userID": quoted(user), "your userSig": quoted(sig) }, STEP_5)),
  profile: (nick, avatar) => told(fill({ "My nickname": quoted(nick), "http(s)://url/to/image.jpg": quoted(avatar) }, STEP_6)),
  join: (group) => told(fill({ avchatroom_groupID: quoted(group) }, STEP_7)),
  send: (group, text) => told(fill({ avchatroom_groupID: quoted(group), "Hello world!": quoted(text) }, STEP_8)),
};
