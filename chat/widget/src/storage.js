// What survives a reload: the session secret and what was read, per widget and per person.
// Never message text. Falls back to memory where the browser refuses storage.

const memory = new Map();
const fallback = {
  getItem: (key) => memory.get(key) ?? null,
  setItem: (key, value) => memory.set(key, value),
  removeItem: (key) => memory.delete(key),
  keys: () => [...memory.keys()],
};

function usable() {
  try {
    localStorage.setItem("supportbot", "1");
    localStorage.removeItem("supportbot");
    return localStorage;
  } catch {
    return fallback;
  }
}

/** Whom a token names. Only picks the storage key: the server decides whether the token is good. */
export function subjectOf(token) {
  if (!token) return "";
  try {
    const body = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub || token);
  } catch {
    return token;
  }
}

export class Storage {
  #store = usable();

  constructor(widget) {
    this.prefix = `supportbot:${widget}:`;
  }

  read(subject) {
    try {
      return JSON.parse(this.#store.getItem(this.prefix + subject)) || {};
    } catch {
      return {};
    }
  }

  write(subject, values) {
    try {
      this.#store.setItem(this.prefix + subject, JSON.stringify({ ...this.read(subject), ...values }));
    } catch {
      // full: the conversation goes on, it only will not survive a reload
    }
  }

  drop(subject) {
    this.#store.removeItem(this.prefix + subject);
  }

  /** Removes what anybody but this person left in the browser. */
  keepOnly(subject) {
    const keys = this.#store.keys ? this.#store.keys() : Object.keys(this.#store);
    for (const key of keys) {
      if (key.startsWith(this.prefix) && key !== this.prefix + subject) this.#store.removeItem(key);
    }
  }
}
