// A new card at the checkout, or for a membership: it is entered in the payment provider's component, and only a token of it comes to us.
"use strict";
{
  const NEW = "new";
  const TRIES = 60;
  const PAUSE_MS = 500;
  const NOT_NOW = "The card cannot be taken just now. Try again in a moment, or pay another way.";

  const CHANGED = "Something has changed meanwhile. Look at the price and the card, then press again.";

  class Refusal extends Error {}

  const entry = document.querySelector("[data-card-entry]");
  const form = document.querySelector("[data-place], [data-card-form]");
  const button = document.querySelector("[data-place-button], [data-card-button]");
  const isPriced = form.matches("[data-place]");
  const words = button.textContent;
  const trouble = entry.querySelector("[data-card-trouble]");
  const keepIt = entry.querySelector("[data-keep-card]");
  let component = null;
  let busy = false;

  const keeps = () => entry.hasAttribute("data-always-kept") || keepIt?.checked;
  const promised = () => form.querySelector("[name=quote]")?.value;
  const isNew = () => new FormData(form).get("payment_method") === NEW;

  function complain(sentence) {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
  }

  function open() {
    entry.hidden = !isNew();
    if (entry.hidden || component) return;
    try {
      component = window.cardComponent(entry.dataset.key);
      component.mount(entry.querySelector("[data-card]"), complain);
    } catch {
      component = null;
      complain("The form for cards cannot be loaded just now. Load the page again, or pay another way.");
    }
  }

  async function ask(address, method = "GET") {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", new FormData(form).get("csrfmiddlewaretoken"));
    const answer = await fetch(address, { method, headers: { "X-Fragment": "1" }, ...(method === "POST" && { body }) });
    if (answer.status === 401) location.reload();
    const said = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Refusal(said.detail || NOT_NOW);
    return said;
  }

  async function until(address, state) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const card = await ask(address);
      if (card.state === state) return card;
      await new Promise((done) => { setTimeout(done, PAUSE_MS); });
    }
    throw new Refusal("Keeping the card takes too long. Try again, or pay without keeping it.");
  }

  // The wish to keep one is ours, the card is the provider's: what was not entered is not waited for.
  async function keep() {
    const { address } = await ask(entry.dataset.keep, "POST");
    const { secret } = await until(address, "waiting");
    const { refusal } = await component.keep(secret);
    if (refusal) {
      ask(`${address}/remove`, "POST").catch(() => {});
      throw new Refusal(refusal);
    }
    await ask(`${address}/entered`, "POST");
    return (await until(address, "kept")).method;
  }

  async function once() {
    const { refusal, method } = await component.make();
    if (refusal) throw new Refusal(refusal);
    return method;
  }

  async function enter() {
    const chosen = [...form.elements].find((field) => field.name === "payment_method" && field.checked);
    const priced = promised();
    busy = true;
    complain("");
    button.disabled = true;
    button.textContent = "Checking the card …";
    try {
      const method = await (keeps() ? keep() : once());
      // Only what was looked at is ordered, and only with the card that was chosen.
      const isAsPriced = !isPriced || (priced && promised() === priced);
      if (!chosen.checked || !isAsPriced || !form.checkValidity()) throw new Refusal(CHANGED);
      chosen.value = method;
      form.requestSubmit();
    } catch (error) {
      busy = false;
      complain(error instanceof Refusal ? error.message : NOT_NOW);
      button.textContent = words;
      button.disabled = false;
      component.focus();
    }
  }

  form.addEventListener("submit", (event) => {
    if (!isNew()) return;
    event.preventDefault();
    open();
    if (component && !busy) enter();
  });
  document.addEventListener("change", (event) => { if (event.target.name === "payment_method") open(); });
  // What the checkout remembers is chosen by then.
  document.addEventListener("DOMContentLoaded", open);
}
