// The checkout: asks for the exact price whenever something changes that it depends on, and sends the order once.
"use strict";

const page = document.querySelector("[data-checkout]");
const form = page.querySelector("[data-place]");
const shown = page.querySelector("[data-quote]");
const button = page.querySelector("[data-place-button]");
const basket = localStorage.getItem(`tiffin.basket.${page.dataset.checkout}`) || "[]";
const RENEW_MS = 10 * 60 * 1000; // a price is promised for a quarter of an hour

let asked = 0;
async function quote() {
  const number = ++asked;
  const wanted = new FormData(form);
  button.disabled = true;
  const fetched = wanted.get("fulfilment") === "pickup";
  for (const part of page.querySelectorAll("[data-delivery-only]")) part.hidden = fetched;
  if (!fetched && !wanted.get("address")) return;
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "fulfilment", "wanted_at", "address", "tip", "promotion_code"]) body.set(name, wanted.get(name) ?? "");
  body.set("basket", basket);
  try {
    const answer = await fetch(page.dataset.quoteUrl, { method: "POST", body, headers: { "X-Fragment": "1" } });
    if (answer.status === 401) return location.reload();
    const html = await answer.text();
    if (number !== asked) return;
    shown.innerHTML = answer.ok ? html : "<p class='notice error'>The price cannot be had just now. Try again in a moment.</p>";
    button.disabled = !shown.querySelector("[name=quote]") || !wanted.get("payment_method");
  } catch {
    if (number === asked) shown.innerHTML = "<p class='notice error'>You seem to be offline.</p>";
  }
}

document.addEventListener("change", (event) => {
  if (["fulfilment", "wanted_at", "address", "tip", "promotion_code"].includes(event.target.name)) quote();
});
form.addEventListener("submit", () => {
  // The key in the form already makes two presses one order; this only shows that something happens.
  setTimeout(() => { button.disabled = true; button.textContent = "Placing …"; });
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(quote, RENEW_MS);
quote();
