/* A reader who does not write has this section open: the server learns up to which version, once it is on the screen. */

const place = document.querySelector("[data-looked]");

function looked() {
  if (!place || document.hidden) return;
  document.removeEventListener("visibilitychange", looked);
  fetch(place.dataset.looked, {
    method: "POST",
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
    body: new URLSearchParams({ revision: place.dataset.revision }),
  }).catch(() => {}); // The next visit says it again.
}

document.addEventListener("visibilitychange", looked);
looked();
