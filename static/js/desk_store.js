/* What this browser keeps for its reader, and announcements to screen readers. */

export const store = {
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify({ ...value, at: Date.now() }));
    } catch {
      /* Full or forbidden: the page still warns before leaving. */
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
      /* Nothing was kept. */
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
