// Has messages sent to this browser: asks for the permission, subscribes, and tells our server where.
"use strict";

const place = document.querySelector("[data-push]");
const button = place.querySelector("button");
const says = place.querySelector("[data-push-says]");
const SAYS = {
  cannot: "This browser cannot show messages of a site that is closed. Another one may.",
  denied: "Your browser was told to show none of our messages. Allow notifications for this site in its settings, then come back.",
  dismissed: "Your browser has not allowed it yet; press again and say yes.",
  unreachable: "The service that brings messages to your browser does not answer. Try again later.",
  silent: "That cannot be done just now. Try again in a moment.",
  offline: "You seem to be offline.",
  here: "You hear of your orders on this device.",
};

function say(what, { offers = false } = {}) {
  says.textContent = SAYS[what] ?? "";
  says.dataset.pushSays = what;
  button.hidden = !offers;
  button.disabled = false;
}

const canPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration();
  return registration ? registration.pushManager.getSubscription() : null;
}

// What is listed is told apart from the others, and forgotten on both sides.
async function look() {
  if (!canPush) return say("cannot");
  if (Notification.permission === "denied") return say("denied");
  const own = await subscription();
  const listed = own && [...document.querySelectorAll("[data-device]")].find((row) => row.dataset.device === own.endpoint);
  if (!listed) return say("", { offers: true });
  say("here");
  listed.querySelector("[data-this-device]").hidden = false;
  const form = listed.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    own.unsubscribe().catch(() => {}).then(() => form.submit());
  });
}

async function subscribe(manager) {
  const wanted = { userVisibleOnly: true, applicationServerKey: place.dataset.push };
  try {
    return await manager.subscribe(wanted);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    // It was subscribed with an older key of ours, by which nothing can be sent any more.
    await (await manager.getSubscription())?.unsubscribe();
    return manager.subscribe(wanted);
  }
}

async function begin() {
  button.disabled = true;
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return say(permission === "denied" ? "denied" : "dismissed", { offers: permission !== "denied" });
  let made;
  try {
    await navigator.serviceWorker.register(place.dataset.worker);
    made = await subscribe((await navigator.serviceWorker.ready).pushManager);
  } catch {
    return say("unreachable", { offers: true });
  }
  const { endpoint, keys } = made.toJSON();
  const body = new FormData(place);
  for (const [name, value] of Object.entries({ endpoint, ...keys })) body.set(name, value);
  try {
    const answer = await fetch(place.action, { method: "POST", body, headers: { "X-Fragment": "1" } });
    if (answer.ok || answer.status === 401) return location.reload();
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return say("silent", { offers: true });
    say("", { offers: true });
    says.innerHTML = await answer.text();
  } catch {
    say("offline", { offers: true });
  }
}

place.addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
look();
