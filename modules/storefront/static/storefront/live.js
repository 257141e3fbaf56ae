// Keeps a part of the page fresh: by a live stream where there is one, and by asking again every few seconds.
"use strict";

const part = document.querySelector("[data-live]");
const every = Number(part.dataset.every) * 1000;
let streaming = false;
let stale = true; // the last answer is missing or old
let touched = 0; // when somebody last did something in a field
const PATIENCE = 20_000; // so many milliseconds may somebody think about a field before the part is replaced

// Without what differs each time although nothing has changed, as the browser would write it.
function essence(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const field of template.content.querySelectorAll("[name=csrfmiddlewaretoken], [name=key]")) field.remove();
  for (const opened of template.content.querySelectorAll("details[open]")) opened.removeAttribute("open");
  return template.innerHTML.trim();
}
let shown = essence(part.innerHTML);

const fields = () => [...part.querySelectorAll("input, textarea, select")];
const ticks = (field) => field.matches("[type=checkbox], [type=radio]");
const place = (field) => [field.form?.getAttribute("action"), field.name, ticks(field) && field.value].join("\n");

function isFilledIn(field) {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  return field.value !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
}

// Whatever was opened or filled in stays so.
function replace(html) {
  const form = (details) => details.querySelector("form")?.getAttribute("action");
  const opened = new Set([...part.querySelectorAll("details[open]")].map(form));
  const filled = new Map(fields().filter(isFilledIn).map((field) => [place(field), field]));
  const focused = fields().includes(document.activeElement) && place(document.activeElement);
  part.innerHTML = html;
  for (const details of part.querySelectorAll("details")) details.open ||= opened.has(form(details));
  for (const field of fields()) {
    const before = filled.get(place(field));
    if (before && ticks(field)) field.checked = before.checked;
    else if (before) field.value = before.value;
    if (place(field) === focused) field.focus({ preventScroll: true });
  }
}

// Whoever is in the middle of choosing something is not interrupted, and a file cannot be chosen for them again.
function isBusy() {
  const focused = document.activeElement;
  const chooses = fields().includes(focused) && !ticks(focused) && Date.now() - touched < PATIENCE;
  return chooses || fields().some((field) => field.files?.length);
}

async function refresh() {
  stale = true;
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
  const busy = isBusy();
  if (!busy && essence(fresh) !== shown) {
    replace(fresh);
    shown = essence(fresh);
  }
  stale = busy;
  forgetBasket();
}

// Once the money is there the basket has done its work; before, it may be wanted again with another card.
function forgetBasket() {
  const status = part.querySelector("[data-status]")?.dataset.status;
  if (!part.dataset.forgetBasket || ["paying", "action_required", "cancelled"].includes(status)) return;
  localStorage.removeItem(`tiffin.basket.${part.dataset.forgetBasket}`);
  sessionStorage.removeItem(`tiffin.checkout.${part.dataset.forgetBasket}`);
  delete part.dataset.forgetBasket;
  history.replaceState(null, "", location.pathname);
}

// What an order's stream says between the entries: when it comes, and where the courier is.
function progress(event) {
  const now = JSON.parse(event.data);
  const late = part.querySelector("[data-late]")?.dataset.late;
  const coming = part.querySelector("[data-courier]") !== null;
  if ((now.tracking.late?.step) !== late || (now.courier && !coming)) return refresh();
  const zone = part.querySelector("[data-zone]")?.dataset.zone;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  for (const end of part.querySelectorAll("[data-eta]")) {
    const moment = now.tracking[`eta_${end.dataset.eta}`];
    // One on another day has the weekday before it, and stays as it was written.
    if (moment && /^\d\d:\d\d$/.test(end.textContent)) end.textContent = clock.format(new Date(moment));
  }
  if (now.courier) part.querySelector("[data-courier]").textContent = whereabouts(now.courier);
  shown = essence(part.innerHTML);
}

function whereabouts({ distance_m: metres, minutes, towards }) {
  const far = metres < 1000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toFixed(1)} km`;
  if (towards === "restaurant") return `The courier is ${far} from the restaurant.`;
  if (minutes < 1) return "The courier is at your door.";
  return `The courier is ${far} away: about ${minutes} minute${minutes === 1 ? "" : "s"}.`;
}

for (const kind of ["focusin", "input"]) part.addEventListener(kind, () => { touched = Date.now(); });

function isOver() {
  return part.querySelector("[data-over]") !== null;
}

if (part.dataset.stream && window.EventSource) {
  const stream = new EventSource(part.dataset.stream);
  stream.addEventListener("open", () => { streaming = true; });
  stream.addEventListener("status", refresh);
  stream.addEventListener("progress", progress);
  // A stream that ended comes back by itself; until then the page asks.
  stream.addEventListener("error", () => { streaming = false; });
}
setInterval(() => { if (stale || (!streaming && !isOver())) refresh(); }, every);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
forgetBasket();
