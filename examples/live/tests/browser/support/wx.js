/**
 * As much of a mini program's `wx` as the vendor's SDK for mini programs uses, over a browser's own WebSocket. It is put
 * into a page before the SDK is.
 */
(() => {
  const store = new Map();
  const nothing = () => {};
  const listeners = Object.fromEntries(["NetworkStatusChange", "AppShow", "AppHide"].flatMap((name) => [[`on${name}`, nothing], [`off${name}`, nothing]]));
  globalThis.getApp = () => ({});
  globalThis.__wxConfig = { pages: [] };
  globalThis.wx = {
    ...listeners,
    getSystemInfoSync: () => ({ fontSizeSetting: 16, platform: "devtools", model: "x", system: "x", version: "8.0.0", SDKVersion: "3.0.0" }),
    getStorageSync: (key) => store.get(key) ?? "",
    setStorageSync: (key, value) => void store.set(key, value),
    removeStorageSync: (key) => void store.delete(key),
    clearStorageSync: () => store.clear(),
    getStorageInfoSync: () => ({ keys: [...store.keys()], currentSize: 0, limitSize: 10_240 }),
    getNetworkType: ({ success }) => success({ networkType: "wifi" }),
    // Requests by HTTP are telemetry and uploads, for which there is nobody.
    request: ({ fail }) => fail?.({ errMsg: "request:fail" }),
    connectSocket({ url }) {
      const socket = new WebSocket(url);
      socket.binaryType = "arraybuffer";
      return {
        onOpen: (heard) => (socket.onopen = () => heard({ header: {} })),
        onMessage: (heard) => (socket.onmessage = ({ data }) => heard({ data })),
        onClose: (heard) => (socket.onclose = ({ code, reason }) => heard({ code, reason })),
        onError: (heard) => (socket.onerror = () => heard({ errMsg: "socket:fail" })),
        send({ data, success, fail }) {
          try {
            socket.send(data);
            success?.({});
          } catch (error) {
            fail?.({ errMsg: String(error) });
          }
        },
        close: () => socket.close(),
      };
    },
  };
})();
