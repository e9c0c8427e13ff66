/* What this browser keeps for its reader, and the one place where a screen reader hears of it. */

export const store = {
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify({ ...value, at: Date.now() }));
    } catch {
      /* Full or forbidden: the page still warns before it is left. */
    }
  },
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      /* Nothing was kept, then. */
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  },
};

export function announce(name) {
  const place = document.getElementById("said");
  if (!place) return;
  place.textContent = "";
  setTimeout(() => (place.textContent = place.dataset[name]), 50);
}
