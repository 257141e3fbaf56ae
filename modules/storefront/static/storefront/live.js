// Keeps a part of the page fresh: by a live stream where there is one, and by asking again every few seconds.
"use strict";

const part = document.querySelector("[data-live]");
const every = Number(part.dataset.every) * 1000;
let streaming = false;

async function refresh() {
  if (document.hidden) return;
  let answer;
  try {
    answer = await fetch(part.dataset.live, { headers: { "X-Fragment": "1" } });
  } catch {
    return; // no connection just now: the next try comes soon
  }
  if (answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const fresh = await answer.text();
  // Whoever is in the middle of choosing something is not interrupted.
  const busy = part.contains(document.activeElement) && document.activeElement.matches("select, input");
  if (!busy && fresh.trim() !== shown) {
    part.innerHTML = fresh;
    shown = fresh.trim();
  }
}

let shown = "";

function isOver() {
  return part.querySelector("[data-over]") !== null;
}

if (part.dataset.stream && window.EventSource) {
  const stream = new EventSource(part.dataset.stream);
  stream.addEventListener("open", () => { streaming = true; });
  stream.addEventListener("status", refresh);
  // A stream that ended comes back by itself; until then the page asks.
  stream.addEventListener("error", () => { streaming = false; });
}
setInterval(() => { if (!streaming && !isOver()) refresh(); }, every);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

if (part.dataset.forgetBasket) {
  localStorage.removeItem(`tiffin.basket.${part.dataset.forgetBasket}`);
  history.replaceState(null, "", location.pathname);
}
