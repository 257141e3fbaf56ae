// The checkout: asks for the exact price whenever something changes that it depends on, and sends the order once.
"use strict";

const page = document.querySelector("[data-checkout]");
const form = page.querySelector("[data-place]");
const shown = page.querySelector("[data-quote]");
const button = page.querySelector("[data-place-button]");
const basket = localStorage.getItem(`tiffin.basket.${page.dataset.checkout}`) || "[]";
const beforehand = shown.innerHTML; // as long as nobody knows where to
const RENEW_MS = 10 * 60 * 1000; // a price is promised for a quarter of an hour

// What was chosen is there again after a refusal, or after another address was kept.
const KEPT = ["fulfilment", "wanted_at", "payment_method", "tip", "points", "charity", "donation", "note", "promotion_code"];
const place = `tiffin.checkout.${page.dataset.checkout}`;
function remember() {
  const chosen = new FormData(form);
  sessionStorage.setItem(place, JSON.stringify(KEPT.map((name) => [name, chosen.get(name) ?? ""])));
}
function recall() {
  for (const [name, value] of JSON.parse(sessionStorage.getItem(place) || "[]")) {
    const field = form.elements.namedItem(name);
    const known = !(field instanceof HTMLSelectElement) || [...field.options].some((option) => option.value === value);
    // One radio alone is no list, and its value says what it is.
    const radios = field instanceof RadioNodeList ? [...field] : field?.type === "radio" ? [field] : null;
    if (!field || !known) continue;
    if (!radios) field.value = value;
    for (const radio of radios ?? []) if (radio.value === value) radio.checked = true;
  }
}

let asked = 0;
async function quote() {
  const number = ++asked;
  const wanted = new FormData(form);
  button.disabled = true;
  const fetched = wanted.get("fulfilment") === "pickup";
  for (const part of page.querySelectorAll("[data-delivery-only]")) part.hidden = fetched;
  if (!fetched && !wanted.get("address")) {
    shown.innerHTML = beforehand;
    return;
  }
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "fulfilment", "wanted_at", "address", "tip", "points", "charity", "donation", "promotion_code", "age_missing"]) body.set(name, wanted.get(name) ?? "");
  body.set("basket", basket);
  try {
    const answer = await fetch(page.dataset.quoteUrl, { method: "POST", body, headers: { "X-Fragment": "1" } });
    if (answer.status === 401) return location.reload();
    const html = await answer.text();
    if (number !== asked) return;
    const confirmed = shown.querySelector("[name=age_confirmed]:checked")?.closest("[data-age]").dataset.age;
    shown.innerHTML = answer.ok ? html : "<p class='notice error'>The price cannot be had just now. Try again in a moment.</p>";
    // Who has confirmed an age is not asked again because something else has changed.
    const box = shown.querySelector(`[data-age="${confirmed}"] [name=age_confirmed]`);
    if (box) box.checked = true;
    const priced = shown.querySelector("[name=quote]");
    const nothingToPay = Boolean(priced) && "nothingToPay" in priced.dataset;
    page.querySelector("[data-payment]").hidden = nothingToPay;
    page.querySelector("[data-payment-choice]").disabled = nothingToPay; // so that no card is asked for, nor sent
    button.disabled = !priced || !(nothingToPay || new FormData(form).get("payment_method"));
  } catch {
    if (number === asked) shown.innerHTML = "<p class='notice error'>You seem to be offline.</p>";
  }
}

document.addEventListener("keydown", (event) => {
  // Enter ends a line; only the button orders.
  if (event.key === "Enter" && event.target.matches("input[name=note], input[name=promotion_code], input[name=points]")) {
    event.preventDefault();
    event.target.blur();
  }
});
document.addEventListener("change", (event) => {
  if (KEPT.includes(event.target.name)) remember();
  if (event.target.name === "age_confirmed") {
    form.querySelector("[name=age_missing]")?.remove();
    form.querySelector("#age-missing")?.remove();
    event.target.removeAttribute("aria-invalid");
    event.target.removeAttribute("aria-describedby");
  }
  if (["fulfilment", "wanted_at", "address", "tip", "points", "charity", "donation", "promotion_code"].includes(event.target.name)) quote();
});
form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return; // a new card is entered first
  // The key in the form already makes two presses one order; this only shows that something happens.
  setTimeout(() => { button.disabled = true; button.textContent = "Placing …"; });
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(quote, RENEW_MS);
recall();
quote();
