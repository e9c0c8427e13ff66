/* Report to the server which version a reader has on screen. */

const place = document.querySelector("[data-looked]");

function looked() {
  if (!place || document.hidden) return;
  document.removeEventListener("visibilitychange", looked);
  fetch(place.dataset.looked, {
    method: "POST",
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
    body: new URLSearchParams({ revision: place.dataset.revision }),
  }).catch(() => {}); // the next visit reports it again
}

document.addEventListener("visibilitychange", looked);
looked();
