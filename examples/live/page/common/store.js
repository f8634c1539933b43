/**
 * What is kept over a reload: who one is in this tab alone, so that another tab is another person, and
 * how the page looks for all of them.
 */

/** @param {() => Storage} storage @param {string} name @returns {any} */
function read(storage, name) {
  try {
    return JSON.parse(storage().getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {() => Storage} storage @param {string} name @param {any} value */
function write(storage, name, value) {
  try {
    storage().setItem(name, JSON.stringify(value));
  } catch {
    // Storage may be forbidden or full; then a reload begins anew, and nothing else is lost.
  }
}

/** Kept in this tab. */
export const tab = {
  /** @param {string} name */
  read: (name) => read(() => sessionStorage, `liveroom ${name}`),
  /** @param {string} name @param {any} value */
  write: (name, value) => write(() => sessionStorage, `liveroom ${name}`, value),
};

/** Kept in this browser. */
export const browser = {
  /** @param {string} name */
  read: (name) => read(() => localStorage, `liveroom ${name}`),
  /** @param {string} name @param {any} value */
  write: (name, value) => write(() => localStorage, `liveroom ${name}`, value),
};
